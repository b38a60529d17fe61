"""The table without runs: none recorded yet, none that fits, none that can be reached."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import streamlit as st

from app import navigation
from app.clock import moment
from app.experiments.reading import recent
from app.experiments.view_state import View
from core.config.settings import settings
from core.errors import StudioError
from core.literal import literal
from core.tracking import store
from core.tracking.runs.values import Query

_OPENED: Final = "t-opened"
_FIRST: Final = "Opening the runs\u2026 (the first time takes a few seconds)"


def no_database() -> bool:
    """Whether no run was ever recorded here; said, with the way to one."""
    if store.there(settings()) or _was_read() or recent().listed_before(Query()):
        return False
    _invite()
    return True


def no_runs(view: View) -> bool:
    """Whether there is no run at all, whatever is asked for; said, with the way to one."""
    if view.query != Query() or view.text or view.states:
        return False
    _invite()
    return True


@contextmanager
def reachable() -> Iterator[None]:
    """What can't be reached is said, with a way to try again."""
    try:
        yield
    except StudioError as error:
        say_away(f"{error.sentence} Nothing was read from it yet.")


def say_away(sentence: str) -> None:
    """Say that runs can't be read now, with a way to try again."""
    with st.container(key="t-away", horizontal=True, vertical_alignment="center", gap="small"):
        st.warning(literal(sentence), icon=":material/cloud_off:", width="stretch")
        if st.button("Try again", key="t-again", icon=":material/refresh:"):
            recent().forget()
            st.rerun()


@contextmanager
def opening() -> Iterator[None]:
    """What takes a moment is said; the first look of a process takes seconds."""
    words = "Reading the runs\u2026" if _was_read() else _FIRST
    with st.spinner(words):
        yield


def was_read() -> None:
    """Keep that runs were read in this session."""
    st.session_state[_OPENED] = True


def clock(at: float) -> str:
    """A moment as the person's own clock shows it."""
    return moment(at, "%H:%M:%S")


def _was_read() -> bool:
    return bool(st.session_state.get(_OPENED))


def _invite() -> None:
    with st.container(key="t-none"):
        st.subheader("No run was recorded yet", anchor=False)
        st.markdown("Every training leaves a run here, with its figures, curves and model. Train one.")
        if st.button("Train", key="t-train", type="primary", icon=":material/model_training:"):
            st.switch_page(navigation.TRAIN, query_params={})
