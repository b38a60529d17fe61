"""The lower half of Explain: one view of the slice, the batch or the model at a time."""

from importlib import import_module
from typing import Final

import streamlit as st

from app.explain.asked import Asked
from app.messages import guarded

NAMES: Final = ("Believe it?", "Deletion film", "What would change it", "Nearest slices", "All slices",
                "This model", "Notes and export")  # fmt: skip
MODULES: Final = ("believing", "film", "flipping", "nearest", "batch", "model", "export")
"""Each view's module here, loaded when it is first looked at."""


def show(asked: Asked) -> None:
    """Draw the choice of views and the one that is chosen; only that one does any work.

    Args:
        asked: The slice, the target and the methods.
    """
    view = st.segmented_control("View", NAMES, default=NAMES[0], required=True, key="e_view",
                                bind="query-params", label_visibility="collapsed")  # fmt: skip
    with guarded():
        import_module(f"{__package__}.{MODULES[NAMES.index(view or NAMES[0])]}").show(asked)
