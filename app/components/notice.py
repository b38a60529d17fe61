"""What could not be done, said once: a button's callback has no place of its own."""

import streamlit as st

from app import messages
from core.literal import literal

_KEY = "notice"


def keep(error: Exception, place: str = "") -> None:
    """Say it when the page is drawn next.

    Args:
        error: What happened.
        place: Where on the page; at its top if not named.
    """
    st.session_state[_KEY + place] = messages.sentence(error)


def show(more: str | None = None, place: str = "") -> None:
    """Draw what was kept, if anything.

    Args:
        more: Another sentence.
        place: Where we are on the page.
    """
    for sentence in filter(None, (st.session_state.pop(_KEY + place, None), more)):
        say(sentence)


def say(sentence: str) -> None:
    """Draw a sentence that may hold names and paths of others."""
    st.error(literal(sentence), icon=":material/error:")
