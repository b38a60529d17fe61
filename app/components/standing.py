"""What stands on every page about the model in use: why it isn't the champion, and when it changes."""

from typing import Final

import streamlit as st

from app import resources
from core.errors import BundleError
from core.literal import literal

EVERY_S: Final = 2.0
"""Between two looks of an open page at which model is in use."""


def show() -> None:
    """Draw the trouble, if there is any; a page that stays open hears of what changes."""
    drawn = _now()
    # its place is kept, so that what is below isn't built anew when it comes and goes
    place = st.empty()
    if drawn[1]:
        with place.container(key="standing"):
            st.error(literal(drawn[1]), icon=":material/error:")
    # a place of its own, for the reason that `app.components.live.draw` has one
    with st.container():
        _watch(drawn)


@st.fragment(run_every=EVERY_S)
def _watch(drawn: tuple[str, str]) -> None:
    if _now() != drawn:
        st.rerun()


def _now() -> tuple[str, str]:
    """The model in use and the trouble with the champion; pages that ask a model say that there is none."""
    try:
        found = resources.standing()
    except BundleError:
        return "", ""
    return f"{found.ref} {found.predictor.bundle.digest}", found.trouble
