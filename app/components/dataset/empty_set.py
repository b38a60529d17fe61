"""The Data page without a set: what to do, and one button for those who have none."""

from typing import Final

import streamlit as st

from app import ingesting
from app.components import notice
from app.components.dataset import ingest_form
from app.ingesting import Wanted
from core.errors import StudioError

ICON: Final = ":material/experiment:"


def show(*, busy: bool) -> None:
    """Draw the invitation.

    Args:
        busy: A set is on its way already.
    """
    with st.container(key="empty-set", width=1240):
        _invite(busy)


def _invite(busy: bool) -> None:
    own, drawn = st.columns([1.5, 1], gap="large")
    with own:
        st.subheader("Your slices", anchor=False)
        st.markdown(
            "Bring a folder or a zip with a folder for each class, at any depth. You are told what is wrong "
            "with it, which slices are believed to be of one patient, and how much a split would leak."
        )
        ingest_form.show()
    with drawn:
        st.subheader("No data at hand?", anchor=False)
        st.markdown("This app can draw a set of its own: four classes, none of a person, in under a minute.")
        st.button("Ingest the synthetic set", key="synthetic", icon=ICON, type="primary", disabled=busy,
                  on_click=_synthetic)  # fmt: skip


def _synthetic() -> None:
    try:
        ingest_form.begin(Wanted("Preset", ingesting.SYNTHETIC))
    except StudioError as error:
        notice.keep(error)
