"""The parts of a run, folds and trials, read once in a while for all sessions."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from app.experiments.colours import LEAK, Stroke
from app.experiments.reading import reader
from core.tracking.runs.reader import Reader
from core.tracking.runs.values import Run

MOST: Final = 200
"""Parts of a run that are drawn, the first ones."""
_KEPT_S: Final = 15.0


def of(run: Run) -> Sequence[Run]:
    """The parts of a run, in the order they began."""
    return _of(reader(), run.id)[:MOST]


def stroke(part: Run, whole: Stroke) -> Stroke:
    """How a part is drawn: as its run, but one that leaks says so."""
    return replace(whole, shade=LEAK, leaks=True) if part.leaks else whole


@st.cache_resource(ttl=_KEPT_S, max_entries=256, show_spinner=False, hash_funcs={Reader: id})
def _of(where: Reader, run: str) -> Sequence[Run]:
    return where.parts(run)
