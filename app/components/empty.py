"""Review without slices: what to do, and one button for those who have none."""

from html import escape
from typing import Final

import streamlit as st

from app import resources
from app.components import drop_zone
from app.session import Session

SAMPLES_ICON: Final = ":material/experiment:"
SHOWN: Final = 4


def show(now: Session) -> None:
    """Draw the invitation; an address with ``?samples=1`` has accepted it already."""
    if st.query_params.get("samples") and resources.samples():
        drop_zone.samples(now)
        st.rerun()
    with st.container(key="empty", width=1240):
        own, drawn = st.columns([1.5, 1], gap="large")
        with own:
            st.subheader("Your slices", anchor=False)
            st.markdown(
                "Drop axial CT slices of the kidneys: single pictures, a DICOM series, or a zip. "
                "Each gets one of four classes with its model probability and a heatmap, "
                "or is declined with the reason."
            )
            drop_zone.show(now)
        if resources.samples():
            with drawn:
                _samples(now)


def _samples(now: Session) -> None:
    st.subheader("No scan at hand?", anchor=False)
    st.markdown("These slices were drawn by this app; none is of a person.")
    st.html(f'<div class="samples">{"".join(_picture(sample) for sample in _first())}</div>')
    if st.button("Try the synthetic samples", key="samples", type="primary", icon=SAMPLES_ICON):
        drop_zone.samples(now)
        st.rerun()


def _first() -> list[resources.Sample]:
    """One sample a class."""
    by_label: dict[str, resources.Sample] = {}
    for sample in resources.samples():
        by_label.setdefault(sample.label, sample)
    return list(by_label.values())[:SHOWN]


def _picture(sample: resources.Sample) -> str:
    uri = resources.sample_picture(sample.name)
    return f'<figure><img src="{uri}" alt=""><figcaption>{escape(sample.label)}</figcaption></figure>'
