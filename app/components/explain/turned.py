"""Whether what speaks against the target is on the screen, and what that changes below it."""

from typing import Final

import streamlit as st

from app.explain.asked import Asked
from core.literal import literal

_KEY: Final = "e_turned"


def on() -> bool:
    """Whether the maps are drawn with their sign turned."""
    return bool(st.session_state.get(_KEY))


def note(asked: Asked) -> None:
    """Say, where they are turned, that what is measured is not what is drawn.

    Args:
        asked: The target.
    """
    if on():
        words = asked.target.words
        st.caption(literal(
            f"Measured is what speaks for {words}; the pictures above show what speaks against it."
        ))  # fmt: skip
