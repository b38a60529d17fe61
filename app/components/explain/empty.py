"""Explain without slices: what to do, and the batch that is being read."""

import streamlit as st

from app import navigation, resources
from app.components import drop_zone, progress, refusals
from app.components.empty import SAMPLES_ICON
from app.session import Session, session


def show() -> None:
    """Draw the invitation, or the batch; an address with ``?samples=1`` has accepted it already."""
    now = session()
    if now.empty and st.query_params.get("samples") and resources.samples():
        drop_zone.samples(now)
    if now.intake:
        coming()
    else:
        _invite(now)


def coming() -> None:
    """Draw the batch that is being read, if there is one; last on the page: it holds nothing up."""
    now = session()
    now.drawn = len(now.cases)
    if now.intake:
        with st.container(key="ex-intake"):
            progress.show()


def _invite(now: Session) -> None:
    with st.container(key="ex-empty", width=860):
        st.subheader("Nothing to explain yet", anchor=False)
        st.markdown(
            "Drop CT slices here, or come from Review with the slices that you have there. For each you see "
            "where the model looked, by up to four methods side by side, and how far that can be believed."
        )
        refusals.show(now.refused)
        drop_zone.show(now)
        with st.container(horizontal=True, gap="small"):
            if resources.samples() and st.button(
                "Try the synthetic samples", key="samples", type="primary", icon=SAMPLES_ICON
            ):
                drop_zone.samples(now)
                st.rerun()
            if st.button("Go to Review", key="ex-review", icon=":material/radiology:"):
                st.switch_page(navigation.REVIEW, query_params={})
