"""The slices on which two models disagree, with both heatmaps."""

from collections.abc import Sequence

import streamlit as st

from core.tracking.runs.values import Run


def show(runs: Sequence[Run]) -> None:
    """Draw it for the chosen runs."""
    st.caption(f"{len(runs)} chosen.")
