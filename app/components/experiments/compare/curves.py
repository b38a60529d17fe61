"""ROC and reliability curves of several runs, laid over each other."""

import math
from collections.abc import Sequence
from typing import Any, Final

import plotly.graph_objects as go
import streamlit as st

from app.components.experiments.compare.columns import short
from app.experiments.comparing import Side
from core.comparison import shapes
from core.comparison.shapes import Reliability, Roc
from core.literal import literal, markup

ALL: Final = "All classes"
_QUIET: Final = "#7B8790"
_SMALL, _LARGE = 280, 420
_ACROSS: Final = 4
_PLAIN: Final = {"displayModeBar": False}


def rocs(sides: Sequence[Side]) -> None:
    """Draw the ROC of each class; nothing where no run has one.

    Args:
        sides: The runs; the first is the one that the others are held against.
    """
    found = {side.letter: {one.label: one for one in shapes.rocs(side.details)} for side in sides}
    labels = list(dict.fromkeys(label for curves in found.values() for label in curves))
    if not labels:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.html('<h3 class="xc-h">ROC, a class against the rest</h3>', width="content")
        chosen = st.selectbox("Class", [ALL, *labels], key="m_class", bind="query-params", width=220)
    shown = [chosen] if chosen in labels else labels
    for start in range(0, len(shown), _ACROSS):
        part = shown[start : start + _ACROSS]
        places = st.columns(_ACROSS if len(shown) > 1 else [1.4, 1], gap="medium")
        for place, label in zip(places, part, strict=False):
            with place:
                _roc(label, [(side, found[side.letter].get(label)) for side in sides], alone=len(shown) == 1)


def _roc(label: str, several: Sequence[tuple[Side, Roc | None]], *, alone: bool) -> None:
    there = [(side, one) for side, one in several if one]
    made = go.Figure()
    _diagonal(made)
    for side, one in there:
        made.add_scatter(
            x=[point["false"] for point in one.points], y=[point["true"] for point in one.points],
            customdata=[point.get("at", math.nan) for point in one.points],
            name=f"{side.letter}, area {one.area:.3f}", **_line(side),
            hovertemplate="%{y:.2f} found, %{x:.2f} of the rest taken for it, at %{customdata:.2f}",
        )  # fmt: skip
    _layout(made, _LARGE if alone else _SMALL, "taken for it, of the rest", "found")
    areas = ", ".join(f"{side.letter} {one.area:.3f}" for side, one in there)
    st.html(f'<div class="xc-plot">{markup(short(label))}</div>')
    st.plotly_chart(made, key=f"m-roc-{label}", config=_PLAIN,
                    alt=f"ROC of {literal(short(label))}; areas: {areas}")  # fmt: skip


def reliability(sides: Sequence[Side]) -> None:
    """Draw how far their probabilities are what they say; nothing where that wasn't measured.

    Args:
        sides: The runs.
    """
    found = [(side, one) for side in sides if (one := shapes.calibration(side.details))]
    if not found:
        return
    st.html(
        '<h3 class="xc-h">Reliability</h3>'
        '<p class="xc-note">Of answers given with a probability, the share that was right, on patients they '
        "never saw. On the dotted line a probability is what it says; a larger mark has more answers.</p>"
    )
    st.plotly_chart(_calibration(found), key="m-reliability", config=_PLAIN,
                    alt="Reliability; calibration error: " + ", ".join(map(_error, found)))  # fmt: skip


def _calibration(found: Sequence[tuple[Side, Reliability]]) -> "go.Figure":
    made = go.Figure()
    _diagonal(made)
    for side, one in found:
        counts = [point["count"] for point in one.bins]
        line = _line(side)
        line["marker"] = {**line["marker"], "maxdisplayed": 0, "size": _sizes(counts)}
        made.add_scatter(
            x=[point["mean"] for point in one.bins], y=[point["accuracy"] for point in one.bins],
            customdata=counts, name=f"{_error((side, one))} off on average", **line,
            hovertemplate="said %{x:.2f}, right %{y:.2f}, %{customdata:,} answers",
        )  # fmt: skip
    _layout(made, _LARGE, "model probability", "share that was right")
    return made


def _sizes(counts: Sequence[float]) -> list[float]:
    most = max(counts, default=1) or 1
    return [6 + 12 * math.sqrt(one / most) for one in counts]


def _error(one: tuple[Side, Reliability]) -> str:
    side, found = one
    return f"{side.letter} {found.error:.3f}" if math.isfinite(found.error) else side.letter


def _diagonal(made: "go.Figure") -> None:
    made.add_scatter(x=[0, 1], y=[0, 1], mode="lines", showlegend=False, hoverinfo="skip",
                     line={"color": _QUIET, "width": 1, "dash": "dot"})  # fmt: skip


def _line(side: Side) -> dict[str, Any]:
    """A run's stroke: colour, mark and dash, so that none is told by colour alone."""
    stroke = side.stroke
    return {
        "mode": "lines+markers",
        "line": {"color": stroke.shade, "width": 2, "dash": stroke.dash()},
        "marker": {"symbol": stroke.mark, "size": 8, "color": stroke.shade, "maxdisplayed": 6},
    }


def _layout(made: "go.Figure", height: int, across: str, up: str) -> None:
    made.update_layout(
        height=height, margin={"l": 0, "r": 8, "t": 4, "b": 0}, dragmode=False, hovermode="closest",
        legend={"orientation": "h", "yanchor": "top", "y": -0.22, "x": 0, "font": {"size": 12}},
    )  # fmt: skip
    axis = {"range": [-0.02, 1.02], "dtick": 0.25, "zeroline": False}
    made.update_xaxes(title={"text": across, "font": {"size": 12}}, **axis)
    made.update_yaxes(title={"text": up, "font": {"size": 12}}, **axis)
