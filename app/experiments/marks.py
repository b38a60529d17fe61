"""Runs that stay on top and runs that are out of sight, in this view only: kept in the address."""

from collections.abc import Sequence
from typing import Final, Literal

import streamlit as st

from core.tracking.runs.values import Run

Mark = Literal["pin", "hide"]
_KEYS: Final = {"pin": "t_pin", "hide": "t_hide"}
MOST: Final = 100
"""Runs with one mark: an address holds no more."""


def marked(mark: Mark) -> tuple[str, ...]:
    """Beginnings of the ids of the runs with a mark, in the order they got it."""
    several = st.query_params.get(_KEYS[mark], "").split(",")
    return tuple(dict.fromkeys(one for one in several if one.isalnum()))[:MOST]


def put(mark: Mark, runs: Sequence[Run]) -> None:
    """Give some runs a mark."""
    _keep(mark, [*marked(mark), *(one.short for one in runs)])


def take(mark: Mark, runs: Sequence[Run]) -> None:
    """Take a mark from some runs."""
    gone = {one.short for one in runs}
    _keep(mark, [one for one in marked(mark) if one not in gone])


def _keep(mark: Mark, several: Sequence[str]) -> None:
    if several:
        st.query_params[_KEYS[mark]] = ",".join(list(dict.fromkeys(several))[:MOST])
    else:
        st.query_params.pop(_KEYS[mark], None)
