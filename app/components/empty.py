"""Review without slices: what to do, and one button for those who have none."""

import streamlit as st

from app import resources
from app.components import drop_zone
from app.session import Session

SAMPLES_ICON = ":material/experiment:"


def show(now: Session) -> None:
    """Draw the invitation; an address with ``?samples=1`` has accepted it already."""
    if st.query_params.get("samples") and resources.samples():
        drop_zone.samples(now)
        st.rerun()
    with st.container(key="empty", width=640):
        st.subheader("Add slices to review", anchor=False)
        st.markdown(
            "Drop axial CT slices of the kidneys here: single pictures, a DICOM series, or a zip. "
            "Each gets one of four classes with its model probability and a heatmap, "
            "or is declined with the reason."
        )
        drop_zone.show(now)
        if resources.samples():
            st.markdown("No scan at hand? These slices are drawn by this app, none is of a person.")
            if st.button("Try the synthetic samples", key="samples", type="primary", icon=SAMPLES_ICON):
                drop_zone.samples(now)
                st.rerun()
