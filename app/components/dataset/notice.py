"""What could not be done, said once at the top of the page: a button's callback has no place of its own."""

import streamlit as st

from app import messages
from app.literal import literal

_KEY = "data-notice"


def keep(error: Exception) -> None:
    """Say it when the page is drawn next."""
    st.session_state[_KEY] = messages.sentence(error)


def show() -> None:
    """Draw what was kept, if anything."""
    sentence = st.session_state.pop(_KEY, None)
    if sentence:
        st.error(literal(sentence), icon=":material/error:")
