"""Which runs were chosen, in their order: kept in the address, so that a link shows the same ones."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.tracking.runs.values import Run

KEY: Final = "runs"
MOST: Final = 40
"""Runs that can be chosen at a time."""


def ids() -> list[str]:
    """Beginnings of the chosen runs' ids, in the order they were chosen."""
    several = st.query_params.get(KEY, "").split(",")
    return list(dict.fromkeys(one for one in several if one.isalnum()))[:MOST]


def choose(runs: Sequence[Run]) -> None:
    """Choose these and no others; of more than `MOST` the first ones."""
    keep([one.short for one in runs])


def turn(run: Run) -> None:
    """Choose a run, or choose it no more."""
    now = ids()
    keep([one for one in now if one != run.short] if run.short in now else [*now, run.short])


def among(runs: Sequence[Run]) -> list[Run]:
    """Those of some runs that are chosen, in the order they were chosen."""
    by_short = {one.short: one for one in runs}
    return [by_short[one] for one in ids() if one in by_short]


def keep(several: Sequence[str]) -> None:
    """Choose runs by the beginnings of their ids, and no others."""
    if several:
        st.query_params[KEY] = ",".join(several[:MOST])
    else:
        st.query_params.pop(KEY, None)
