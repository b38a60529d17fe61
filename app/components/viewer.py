"""The chosen slice, large, with its heatmap as a layer of its own."""

from typing import Any

import streamlit as st

from app import pictures
from app.components import web
from app.session import View, session
from core.explain.cam import heatmap
from core.imaging.window import render
from core.inference.batch import Case

_mount = st.components.v2.component(
    "slice_viewer", html=web.text("viewer.html"), css=web.text("viewer.css"), js=web.text("viewer.js")
)


def show(case: Case, label: str, *, both: bool) -> int:
    """Draw it.

    Args:
        case: The slice and its answer.
        label: The class whose heatmap is laid over it.
        both: Slice and overlay side by side.

    Returns:
        1 or -1 when an arrow key asked for the next or the previous slice, else 0.
    """
    result = _mount(
        key="viewer",
        data=_data(case, label, session().view, both),
        default={"opacity": session().view.opacity},
        on_opacity_change=_faded,
        on_step_change=lambda: None,
    )
    return int(result.step or 0)


def _data(case: Case, label: str, view: View, both: bool) -> dict[str, Any]:
    heat = heatmap(case.prediction, label)
    return {
        "slice": pictures.slice_uri(render(case.scan, view.window)),
        "heat": None if heat.flat else pictures.layer_uri(heat.values, view.colour_map),
        "none": f"Nothing in this slice speaks for {label} more than the rest of it." if heat.flat else None,
        "ramp": pictures.gradient(view.colour_map),
        "one": f"1 strongest for {label}, in this slice",
        "opacity": view.opacity,
        "both": both,
        "words": f"Slice {case.scan.name}, heatmap for {label}. "
        "Arrow keys change the slice, a double click zooms.",
    }


def _faded() -> None:
    moved = float(st.session_state["viewer"]["opacity"])
    session().view.opacity = min(max(moved, 0.0), 1.0)
