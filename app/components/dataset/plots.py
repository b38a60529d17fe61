"""Sizes and contrast by class: what would tell classes apart without looking at any tissue."""

from html import escape
from typing import Any, Final

import plotly.graph_objects as go
import streamlit as st

from app.class_colours import colours
from app.dataset import Shown
from core.data.report import Report

_TITLES: Final = {
    "brightness": "Brightness, mean grey value 0 to 255",
    "contrast": "Contrast, standard deviation of grey",
}
_LONGEST: Final = 26
_LARGEST: Final = 34
"""Diameter of the commonest size, pixels."""
_ROW: Final = 44
"""Height of a class in a plot, pixels."""


def show(shown: Shown) -> None:
    """Draw the plots of a set's report."""
    report = shown.report
    if report is None or not report.slices:
        return
    shades = colours([one.label for one in report.classes])
    for sentence in [one.sentence for one in report.shifts]:
        st.html(f'<div class="notes">{escape(sentence)}</div>')
    left, right = st.columns(2, gap="medium")
    with left:
        _sizes(report, shades)
    with right:
        for what, title in _TITLES.items():
            _spread(report, what, title, shades)


def _sizes(report: Report, shades: dict[str, str]) -> None:
    sizes = {(one.width, one.height) for one in report.sizes}
    st.markdown("**Size in pixels**")
    if len(sizes) == 1:
        width, height = next(iter(sizes))
        st.caption(f"Every slice is {width} x {height} pixels.")
        return
    most = max(one.slices for one in report.sizes)
    figure = go.Figure()
    for label, shade in shades.items():
        mine = [one for one in report.sizes if one.label == label]
        figure.add_scatter(
            x=[one.width for one in mine], y=[one.height for one in mine], name=_short(label), mode="markers",
            marker={"size": [max(5, _LARGEST * (one.slices / most) ** 0.5) for one in mine], "color": shade,
                    "opacity": 0.7, "line": {"width": 0.5}},
            customdata=[one.slices for one in mine],
            hovertemplate="%{x} x %{y}: %{customdata} slices<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    figure.update_layout(xaxis_title="width", yaxis_title="height", showlegend=True)
    _draw(figure, 340, "sizes", f"{len(sizes)} sizes of slices, by class")


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
    figure.update_layout(height=height, margin={"l": 0, "r": 8, "t": 6, "b": 0}, dragmode=False, **_legend())
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=words)


def _legend() -> dict[str, Any]:
    return {"legend": {"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0}}


def _short(label: str) -> str:
    """A class's name as plotly shows it, which takes it for markup otherwise."""
    kept = label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}\u2026"
    return escape(kept)
