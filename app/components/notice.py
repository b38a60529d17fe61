"""What could not be done, said once at the top of the page: a button's callback has no place of its own."""

import streamlit as st

from app import messages
from app.literal import literal

_KEY = "notice"


def keep(error: Exception) -> None:
    """Say it when the page is drawn next."""
    st.session_state[_KEY] = messages.sentence(error)


def show(more: str | None = None) -> None:
    """Draw what was kept, if anything.

    Args:
        more: Another sentence.
    """
    for sentence in filter(None, (st.session_state.pop(_KEY, None), more)):
        say(sentence)


def say(sentence: str) -> None:
    """Draw a sentence that may hold names and paths of others."""
    st.error(literal(sentence), icon=":material/error:")
