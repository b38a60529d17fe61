"""Deleting a data set, asked twice."""

from typing import Final

import streamlit as st

from app import dataset_jobs, messages
from app.components import notice
from core.config.settings import settings
from core.data import sets
from core.errors import StudioError
from core.literal import literal
from core.training.inputs import cache

_ASKED: Final = "delete-asked"
"""Whether the question stands: the page may be drawn anew under it at any time."""


def button(name: str) -> None:
    """Draw the button that asks."""
    st.button("Delete", key="delete", icon=":material/delete:", type="tertiary", help="Delete this set",
              on_click=_ask, args=(name,))  # fmt: skip
    if st.session_state.get(_ASKED) == name:
        _dialog(name)


def _ask(name: str) -> None:
    st.session_state[_ASKED] = name


def _answered() -> None:
    st.session_state.pop(_ASKED, None)


@st.dialog("Delete this data set?", on_dismiss=_answered)
def _dialog(name: str) -> None:
    """Ask; only the second button deletes."""
    st.markdown(
        f"**{literal(name)}** goes from this server's disk: its slices, class rule, edits, split and report. "
        "Nothing changes where it was ingested from."
    )
    with st.container(horizontal=True):
        delete = st.button("Delete", key="delete-yes", type="primary", icon=":material/delete:")
        keep = st.button("Keep it", key="delete-no")
    if delete:
        _delete(name)
    if keep:
        _answered()
        st.rerun()


def _delete(name: str) -> None:
    try:
        dataset_jobs.free(name)
        sets.remove(name, settings())
        cache.clear(name, settings())
    except StudioError as error:
        notice.say(messages.sentence(error))
    else:
        _answered()
        st.rerun()
