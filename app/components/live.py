"""What is drawn again by itself, in a place of its own."""

from collections.abc import Callable

import streamlit as st


def draw(turn: Callable[[], None], every: float | None, key: str | None = None) -> None:
    """Draw something now and, by itself, again and again.

    What a fragment drew and the browser hasn't got yet is dropped when the fragment is run again. Without
    a place of its own, what stands below it would come to the browser first, find nothing to stand
    below of, and leave the person an empty page.

    Args:
        turn: Draws it.
        every: Seconds between two times; None draws it once.
        key: Its name on the page, where it is to be the same whatever stands above it.
    """
    with st.container():
        st.fragment(turn, run_every=every, key=key)()
