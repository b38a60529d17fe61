"""Where a person zoomed to in a plot, kept while the plot grows."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from zlib import crc32

import streamlit as st

from app.components import web
from app.components.experiments.curves.figure import Trace
from app.experiments.panels import Panel
from app.experiments.series import Scale

Ranges = Mapping[str, Sequence[Any]]
_KEY: Final = "c-zoom"
_DRAWN: Final = "c-zoom-drawn"

_mount = st.components.v2.component("curve_zoom", html="<span hidden></span>", js=web.text("zoom.js"))


def listen(scale: Scale) -> None:
    """Hear of every zoom, while the plots are drawn so."""
    _mount(key=_KEY, data={"scale": _scale(scale)}, on_ranges_change=_heard)


def place(panel: Panel) -> str:
    """The key of the container that a plot stands in."""
    return f"c-chart-{_number(panel)}"


def ranges(panel: Panel, found: Sequence[Trace], scale: Scale) -> Ranges:
    """Where the axes of a plot begin and end; an axis that isn't named shows all there is.

    A plot that is drawn with other ranges is another element: while its lines are the same ones, it keeps
    those it was drawn with, and the browser has the zoom.

    Args:
        panel: The plot.
        found: Its lines.
        scale: Along what.
    """
    name = f"{_number(panel)} {_scale(scale)}"
    lines = (scale, tuple((one.drawn.run.id, one.metric, one.line.points) for one in found))
    drawn = st.session_state.setdefault(_DRAWN, {})
    before = drawn.get(name)
    if before is None or before[0] != lines:
        told = (st.session_state.get(_KEY) or {}).get("ranges") or {}
        drawn[name] = lines, _read(told.get(name))
    return drawn[name][1]  # type: ignore[no-any-return]


def _heard() -> None:
    """The zoom is in the component's state; a callback makes it one that is kept."""


def _read(told: Any) -> Ranges:
    """What a browser sent, as far as it is an axis's two ends."""
    if not isinstance(told, Mapping):
        return {}
    ends = {axis: told.get(axis) for axis in ("x", "y")}
    return {axis: tuple(two) for axis, two in ends.items() if isinstance(two, list) and len(two) == 2}


def _number(panel: Panel) -> int:
    return crc32(panel.title.encode())


def _scale(scale: Scale) -> str:
    return f"{scale.along} {int(scale.log_x)} {int(scale.log_y)}"
