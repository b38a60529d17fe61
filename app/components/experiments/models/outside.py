"""What was decided in MLflow's own interface: taken over while a person looks, and said where it can't be."""

import streamlit as st

from app.components import live
from app.experiments import promoting
from app.experiments.following import following
from app.messages import guarded
from core.literal import literal

EVERY = 2.0


def show() -> None:
    """Draw what is in the way, if anything; the view is drawn anew once an alias was taken over."""
    drawn = following().state
    live.draw(lambda: _watch(drawn), EVERY)


def _watch(drawn: tuple[int, str]) -> None:
    with guarded():
        followed = following()
        if followed.state != drawn:
            promoting.forget()
            st.rerun()
        followed.look()
        if drawn[1]:
            st.warning(literal(drawn[1]), icon=":material/sync_problem:")
