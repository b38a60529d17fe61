"""Sizes and contrast by class: what would tell classes apart without looking at any tissue."""

from typing import Final

import plotly.graph_objects as go
import streamlit as st

from app.class_colours import colours
from app.dataset import Shown
from core.data.validation.report import Report
from core.literal import markup

_TITLES: Final = {
    "brightness": "Brightness: mean grey value, 0 to 255",
    "contrast": "Contrast: standard deviation of grey values",
}
_LEGEND: Final = {"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0, "itemsizing": "constant",
                  "traceorder": "normal"}  # fmt: skip
_LONGEST: Final = 26
_LARGEST: Final = 24
"""Diameter of the commonest size, pixels."""
_BARS: Final = 12
"""Up to so many sizes are a bar each."""
_ROW: Final = 44
"""Height of a class in a plot, pixels."""


def show(shown: Shown) -> None:
    """Draw the plots of a set's report."""
    report = shown.report
    if report is None or not report.slices:
        return
    shades = colours([one.label for one in report.classes])
    for sentence in [one.sentence for one in report.shifts]:
        st.html(f'<div class="notes">{markup(sentence)}</div>')
    sizes = {(one.width, one.height) for one in report.sizes}
    if len(sizes) == 1:
        st.caption("Every slice is {} x {} pixels.".format(*sizes.pop()))
        first, second = st.columns(2, gap="medium")
    else:
        left, first = st.columns(2, gap="medium")
        with left:
            _sizes(report, shades, len(sizes))
        second = first
    for place, (what, title) in zip((first, second), _TITLES.items(), strict=True):
        with place:
            _spread(report, what, title, shades)


def _sizes(report: Report, shades: dict[str, str], count: int) -> None:
    st.markdown("**Size, width x height in pixels**")
    few = count <= _BARS
    figure = _bars(report, shades) if few else _cloud(report, shades)
    _draw(figure, 60 + _ROW * count if few else 400, "sizes", f"{count} sizes, by class")


def _bars(report: Report, shades: dict[str, str]) -> "go.Figure":
    """A bar a size, the smallest on top, with its classes as parts."""
    sizes = sorted({(one.width, one.height) for one in report.sizes}, reverse=True)
    figure = go.Figure()
    for label, shade in shades.items():
        mine = {(one.width, one.height): one.slices for one in report.sizes if one.label == label}
        figure.add_bar(
            y=[f"{width} x {height}" for width, height in sizes], x=[mine.get(size, 0) for size in sizes],
            name=_short(label), marker_color=shade, orientation="h",
            hovertemplate="%{y}: %{x} slices<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    return figure.update_layout(barmode="stack", bargap=0.4, yaxis_type="category")


def _cloud(report: Report, shades: dict[str, str]) -> "go.Figure":
    """A mark a size and class; where many slices have a size, a larger one."""
    most = max(one.slices for one in report.sizes)
    figure = go.Figure()
    for label, shade in shades.items():
        mine = [one for one in report.sizes if one.label == label]
        figure.add_scatter(
            x=[one.width for one in mine], y=[one.height for one in mine], name=_short(label), mode="markers",
            marker={"size": [max(6, _LARGEST * (one.slices / most) ** 0.5) for one in mine], "color": shade,
                    "opacity": 0.6, "line": {"width": 0}},
            customdata=[one.slices for one in mine],
            hovertemplate="%{x} x %{y}: %{customdata} slices<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    return figure.update_layout(xaxis_title="width", yaxis_title="height")


def _spread(report: Report, what: str, title: str, shades: dict[str, str]) -> None:
    found = [one for one in report.spreads if one.what == what and one.label in shades]
    if not found:
        return
    st.markdown(f"**{title}**")
    figure = go.Figure()
    for one in reversed(found):
        least, lower, median, upper, most = ([value] for value in one.quartiles)
        figure.add_box(
            y=[_short(one.label)], q1=lower, median=median, q3=upper, lowerfence=least, upperfence=most,
            orientation="h", marker_color=shades[one.label], line_width=1.5, name=_short(one.label),
        )  # fmt: skip
    figure.update_layout(showlegend=False, boxgap=0.35)
    medians = ", ".join(f"{one.label} {one.quartiles[2]:.0f}" for one in found)
    _draw(figure, 50 + _ROW * len(found), f"spread-{what}", f"{title}; medians: {medians}")


def _draw(figure: "go.Figure", height: int, key: str, words: str) -> None:
    margin = {"l": 0, "r": 8, "t": 6, "b": 0}
    figure.update_layout(height=height, margin=margin, dragmode=False, legend=_LEGEND)
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=words)


def _short(label: str) -> str:
    """A class's name as plotly shows it, which takes it for markup otherwise."""
    kept = label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}\u2026"
    return markup(kept)
