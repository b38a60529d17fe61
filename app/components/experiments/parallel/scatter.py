"""Any two columns against each other, a point a run; points that are picked can be chosen."""

import math
from collections.abc import Sequence
from typing import Any, Final

import plotly.graph_objects as go
import streamlit as st

from app.components.experiments.curves.figure import short
from app.components.experiments.parallel.figure import cut
from app.experiments import chosen
from app.experiments.colours import LEAK, SHADES
from app.experiments.dimensions import Dimension
from app.words import counted
from core.literal import literal, markup
from core.tracking.runs.values import Run, leaking

_HEIGHT: Final = 380
_KEY: Final = "p-points"
_LONGEST: Final = 48


def show(runs: Sequence[Run], dimensions: Sequence[Dimension], across: str, up: str) -> None:
    """Draw it with the choice of its axes.

    Args:
        runs: All of them.
        dimensions: Every column that can be an axis.
        across: The one that is horizontal until another is chosen.
        up: The same of the vertical one.
    """
    by_name = {one.name: one for one in dimensions}
    names = list(by_name)
    left, right = st.columns(2)
    x = left.selectbox("Across", names, index=names.index(across), key="p_x", bind="query-params")
    y = right.selectbox("Up", names, index=names.index(up), key="p_y", bind="query-params")
    one, other = by_name.get(x, by_name[across]), by_name.get(y, by_name[up])
    made = figure(runs, one, other)
    picked = st.plotly_chart(
        made, key=_KEY, on_select="rerun", selection_mode=("points", "box"),
        config={"displayModeBar": False}, alt=f"{other.name[:80]} over {one.name[:80]}, a point a run.",
    )  # fmt: skip
    _missing(len(runs) - sum(len(trace.x) for trace in made.data), one, other)
    _picked(runs, picked)


def figure(runs: Sequence[Run], across: Dimension, up: Dimension) -> "go.Figure":
    """The plot; a run that lacks one of the two isn't in it, and those that leak are marked."""
    pairs = zip(runs, across.numbers, up.numbers, across.values, up.values, strict=True)
    rows: list[tuple[Run, Any, Any]] = [
        (run, x, y) for run, a, b, x, y in pairs if math.isfinite(a) and math.isfinite(b)
    ]
    groups = [("", SHADES[0], "circle"), (" (leaks)", LEAK, "x")]
    made = go.Figure()
    for said, shade, mark in groups:
        mine = [row for row in rows if _leaks(row[0], across, up) == bool(said)]
        if mine:
            made.add_scatter(
                x=[_shown(x) for _, x, _ in mine], y=[_shown(y) for _, _, y in mine], mode="markers",
                text=[short(run.name) + said for run, _, _ in mine],
                customdata=[run.short for run, _, _ in mine], name=said.strip(" ()") or "runs",
                marker={"size": 10, "color": shade, "symbol": mark, "opacity": 0.85},
                hovertemplate="%{text}<br>%{x}, %{y}<extra></extra>",
            )  # fmt: skip
    return made.update_layout(
        height=_HEIGHT, margin={"l": 0, "r": 10, "t": 8, "b": 0}, dragmode="zoom", hovermode="closest",
        xaxis=_axis(across), yaxis=_axis(up), showlegend=len(made.data) > 1,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
    )  # fmt: skip


def _leaks(run: Run, *dimensions: Dimension) -> bool:
    return any(one.metric and leaking(one.name, run) for one in dimensions)


def _shown(value: float | str) -> float | str:
    return short(value) if isinstance(value, str) else value


def _axis(one: Dimension) -> dict[str, Any]:
    said = {"title": {"text": markup(cut(one.name, _LONGEST))}}
    if one.categories:
        order = [short(name) for name in one.categories]
        return {**said, "type": "category", "categoryorder": "array", "categoryarray": order}
    return {**said, "type": "log", "dtick": 1, "tickformat": "~g"} if one.wide else said


def _missing(count: int, *dimensions: Dimension) -> None:
    if count:
        names = " or ".join(dict.fromkeys(literal(one.name[:60]) for one in dimensions))
        st.caption(f"{counted(count, 'run')} without a number for {names} left out.")


def _picked(runs: Sequence[Run], event: Any) -> None:
    """What was picked by clicks or by a box, and the way to look at that alone."""
    marked = {str(_first(one.get("customdata"))) for one in event["selection"]["points"]}
    found = [one for one in runs if one.short in marked]
    if not found:
        st.caption(
            "A click picks a run, a click with Shift one more; a drag zooms, a double click goes back."
        )
        return
    names = ", ".join(literal(cut(one.name, 40)) for one in found[:4])
    more = f" and {len(found) - 4} more" if len(found) > 4 else ""
    with st.container(horizontal=True, vertical_alignment="center", key="p-picked"):
        st.markdown(f"Picked: {names}{more}")
        said = "Choose it alone" if len(found) == 1 else f"Choose these {min(len(found), chosen.MOST)} alone"
        if st.button(said, key="p-choose", icon=":material/check:"):
            chosen.choose(found[: chosen.MOST])
            st.rerun(scope="app")


def _first(told: Any) -> Any:
    return told[0] if isinstance(told, list | tuple) and told else told
