"""What the strip shows, and in which order."""

from collections.abc import Sequence

import streamlit as st

from app import selection
from core.inference.batch import Case


def show(cases: Sequence[Case], labels: Sequence[str]) -> list[Case]:
    """Draw the choices; the slices they leave, in order."""
    if not cases:
        return []
    found = selection.counts(cases, labels)
    # set every time: the counts are part of what is shown, and they grow while a batch is read
    only = st.session_state.get("only")
    st.session_state["only"] = only if only in found else selection.EVERY
    with st.container(key="filters", horizontal=True, gap="small", wrap=False):
        only = st.selectbox(
            "Show", list(found), key="only", persist_state="session",
            format_func=lambda name: f"{name} ({found[name]})",
        )  # fmt: skip
        order = st.selectbox("Order", list(selection.ORDERS), key="order", persist_state="session")
    text = ""
    if len(cases) > 8:
        text = st.text_input(
            "Name contains", key="text", placeholder="Name contains", label_visibility="collapsed",
            persist_state="session",
        )  # fmt: skip
    left = selection.shown(cases, only, order, text)
    if not left:
        st.caption("No slice has this in its name.")
    return left
