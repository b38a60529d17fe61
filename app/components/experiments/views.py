"""The lower half of Experiments: one view of the chosen runs at a time; the address names which."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import streamlit as st

from app.components.experiments import compare, curves, disagreements, models, one_run, parallel
from app.messages import guarded
from core.tracking.runs.values import Run

VIEWS: Final[Mapping[str, Callable[[Sequence[Run]], None]]] = {
    "Curves": curves.show,
    "Compare": compare.show,
    "Parallel": parallel.show,
    "Disagreements": disagreements.show,
    "One run": one_run.show,
    "Models": models.show,
}


def show(runs: Sequence[Run]) -> None:
    """Draw the choice of views and the one that is chosen; only that one does any work.

    Args:
        runs: The chosen ones, in the order they were chosen.
    """
    names = list(VIEWS)
    view = st.segmented_control("View", names, default=names[0], required=True, key="view",
                                bind="query-params", label_visibility="collapsed")  # fmt: skip
    with guarded():
        VIEWS[view or names[0]](runs)
