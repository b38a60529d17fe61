"""Deleting a data set, asked twice."""

import streamlit as st

from app import dataset_jobs, messages
from app.components.dataset import notice
from app.literal import literal
from core.config.settings import settings
from core.data import sets
from core.errors import StudioError


def button(name: str) -> None:
    """Draw the button that asks."""
    if st.button(
        "Delete", key="delete", icon=":material/delete:", type="tertiary", help="Delete this data set"
    ):
        _dialog(name)


@st.dialog("Delete this data set?")
def _dialog(name: str) -> None:
    """Ask; only the second button deletes."""
    st.markdown(
        f"**{literal(name)}** goes from this server's disk: its slices, class rule, edits, split and report. "
        "Nothing changes where it was ingested from."
    )
    with st.container(horizontal=True):
        if st.button("Delete", key="delete-yes", type="primary", icon=":material/delete:"):
            _delete(name)
        if st.button("Keep it", key="delete-no"):
            st.rerun()


def _delete(name: str) -> None:
    try:
        dataset_jobs.free(name)
        sets.remove(name, settings())
    except StudioError as error:
        notice.say(messages.sentence(error))
    else:
        st.rerun()
