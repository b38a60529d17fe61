"""Which pages there are, in the order of the menu."""

from pathlib import Path

import streamlit as st

PAGES = Path(__file__).resolve().parents[1] / "pages"
HOME, REVIEW, EXPLAIN, DATA, TRAIN, EXPERIMENTS, ABOUT = (
    PAGES / f"{name}.py" for name in ("home", "review", "explain", "data", "train", "experiments", "about")
)


def current() -> "st.Page":
    """Draw the menu; the page that was asked for, not yet run."""
    pages = [
        st.Page(HOME, title="Home", icon=":material/home:", url_path="home", default=True),
        st.Page(REVIEW, title="Review", icon=":material/radiology:", url_path="review"),
        st.Page(EXPLAIN, title="Explain", icon=":material/troubleshoot:", url_path="explain"),
        st.Page(DATA, title="Data", icon=":material/database:", url_path="data"),
        st.Page(TRAIN, title="Train", icon=":material/model_training:", url_path="train"),
        st.Page(EXPERIMENTS, title="Experiments", icon=":material/science:", url_path="experiments"),
        st.Page(ABOUT, title="About", icon=":material/info:", url_path="about"),
    ]
    return st.navigation(pages, position="top")
