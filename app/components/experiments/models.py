"""Registered models: which one answers, the gate to another, the way back, the history."""

from collections.abc import Sequence

import streamlit as st

from core.tracking.runs.values import Run


def show(runs: Sequence[Run]) -> None:
    """Draw it for the chosen runs."""
    st.caption(f"{len(runs)} chosen.")
