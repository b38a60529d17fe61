"""The lower half of Experiments: one view of the chosen runs at a time; the address names which."""

from collections.abc import Sequence
from importlib import import_module
from typing import Final

import streamlit as st

from app.messages import guarded
from core.tracking.runs.values import Run

NAMES: Final = ("Curves", "Compare", "Parallel", "Disagreements", "One run", "Models")
"""Each is drawn by the package of its name, which is loaded when it is first looked at."""


def show(runs: Sequence[Run]) -> None:
    """Draw the choice of views and the one that is chosen; only that one does any work.

    Args:
        runs: The chosen ones, in the order they were chosen.
    """
    view = st.segmented_control("View", NAMES, default=NAMES[0], required=True, key="view",
                                bind="query-params", label_visibility="collapsed")  # fmt: skip
    name = (view or NAMES[0]).lower().replace(" ", "_")
    with guarded():
        import_module(f"{__package__}.{name}.{name}").show(runs)
