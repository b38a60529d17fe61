"""Which parameters a metric hangs on in these runs: a description of them, not a cause."""

import math
from collections.abc import Sequence
from typing import Final

import plotly.graph_objects as go
import streamlit as st

from app.components.experiments.parallel.figure import cut
from app.experiments.colours import SHADES
from app.messages import guarded
from core.comparison.importance import Importance, Weight, importance
from core.literal import literal, markup
from core.tracking.runs.values import Run

MOST: Final = 12
_ROW: Final = 30
_FELL, _WORDS = SHADES[1], SHADES[6]
SAID: Final = (
    "The sign is that of the rank correlation. This describes these runs and proves no cause: parameters "
    "that changed together share what either does, and one that never changed can't show."
)


def show(runs: Sequence[Run], metric: str) -> None:
    """Draw it for those who ask; it takes a second or two.

    Args:
        runs: Such as the trials of a search.
        metric: What is looked at.
    """
    if not st.toggle("Which parameters matter", key="p_weights", bind="query-params"):
        return
    with guarded():
        found = _kept(metric, tuple((one.id, one.metrics.get(metric, math.nan)) for one in runs), runs)
        st.caption(f"{literal(found.words)} {SAID}")
        st.plotly_chart(figure(found), key="p-bars", config={"displayModeBar": False}, alt=spoken(found))


def figure(found: Importance) -> "go.Figure":
    """A bar a parameter, the most important on top, with the sign of its correlation."""
    several = found.weights[:MOST][::-1]
    made = go.Figure(go.Bar(
        y=[markup(cut(one.parameter, 40)) for one in several], x=[one.share for one in several],
        orientation="h", text=[direction(one) for one in several], textposition="outside",
        cliponaxis=False, marker_color=[_shade(one) for one in several],
        customdata=[[one.values, one.drop, one.spread] for one in several],
        hovertemplate="%{y}: %{x:.0%}<br>%{customdata[0]} values<br>shuffled, R\u00b2 falls by "
                      "%{customdata[1]:.3f} \u00b1 %{customdata[2]:.3f}<extra></extra>",
    ))  # fmt: skip
    widest = max((one.share for one in several), default=1.0) or 1.0
    made.update_xaxes(
        range=[0, widest * 1.3],
        tickformat=".0%",
        tickvals=[0, 0.25, 0.5, 0.75, 1],
        title="share of what the parameters explain",
    )
    return made.update_layout(
        height=70 + _ROW * len(several), margin={"l": 0, "r": 10, "t": 8, "b": 0}, dragmode=False,
        bargap=0.35,
    )  # fmt: skip


def direction(one: Weight) -> str:
    """Which way the metric goes where the parameter grows."""
    if math.isnan(one.direction):
        return f"{one.values} categories"
    sign = "+" if one.direction >= 0 else "\u2212"
    return f"{sign}{abs(one.direction):.2f}"


def spoken(found: Importance) -> str:
    """The bars for those who hear the page."""
    parts = [f"{one.parameter[:60]} {one.share:.0%}, {direction(one)}" for one in found.weights[:MOST]]
    return f"Parameters by how much {found.metric[:60]} hangs on them: {'; '.join(parts)}."


def _shade(one: Weight) -> str:
    if math.isnan(one.direction):
        return _WORDS
    return SHADES[0] if one.direction >= 0 else _FELL


@st.cache_data(ttl=600, max_entries=32, show_spinner="Asking which parameters matter")
def _kept(metric: str, known: tuple[tuple[str, float], ...], _runs: Sequence[Run]) -> Importance:  # noqa: ARG001
    return importance(_runs, metric)
