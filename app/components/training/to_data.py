"""The way to the Data page, where sets are ingested and split."""

from typing import Literal

import streamlit as st

from app import navigation


def button(label: str, kind: Literal["primary", "secondary"] = "secondary") -> None:
    """Draw it.

    Args:
        label: What it says.
        kind: Whether it is what the page wants done next.
    """
    if st.button(label, key="tr-form-data", icon=":material/database:", type=kind):
        st.switch_page(navigation.DATA)
