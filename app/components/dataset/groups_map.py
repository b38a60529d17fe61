"""The set as a map: classes, patient blocks in them, series in those, each as large as it has slices."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

import plotly.graph_objects as go
import streamlit as st

from app.class_colours import colours
from app.components.dataset import look
from app.dataset import Shown
from app.messages import guarded
from app.words import counted
from core.inference.words import OTHER, percent

_BY: Final = ("class", "split")
_CUT: Final = "cut"
_HEIGHT: Final = 520
_SEPARATOR: Final = "\x1f"
"""In no name: a class may be called ``a/b``."""
_BRIGHT: Final = 0.2
"""Luminance from which black is read better than white."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the map.

    Attributes:
        id: Its place: class, block, series.
        parent: The id of what it lies in; empty for a class.
        name: As it is called.
        slices: How many.
        label: Its class.
        part: Of the split; ``cut`` where it lies in several, empty where it is in none.
    """

    id: str
    parent: str
    name: str
    slices: int
    label: str
    part: str


def show(shown: Shown) -> None:
    """Draw it."""
    look.style()
    found = boxes(shown)
    if not found:
        st.caption("No slice of this set counts: give its folders a class, or undo exclusions.")
        return
    st.html(f'<div class="said">{escape(summary(shown))}</div>')
    _draw(shown, found)


def summary(shown: Shown) -> str:
    """The set in one line: slices, series, patient blocks, and how much the largest has."""
    counts = [one for one in shown.slices if one.path in shown.labels]
    series = len({one.series for one in counts})
    groups = Counter(one.group for one in counts)
    name, most = groups.most_common(1)[0]
    return (
        f"{counted(len(counts), 'slice')} of {counted(series, 'series', 'series')} "
        f"in {counted(len(groups), 'patient block')}; the largest, {look.short(name)}, has "
        f"{percent(most / len(counts))} of all slices."
    )


def boxes(shown: Shown) -> list[Box]:
    """The map's rectangles; a block with a single series is not split further."""
    part = look.parts(shown)
    tree: dict[tuple[str, ...], Counter[str]] = {}
    for one in shown.slices:
        if one.path in shown.labels:
            place = (shown.labels[one.path], one.group, one.series)
            for depth in (1, 2, 3):
                tree.setdefault(place[:depth], Counter())[part.get(one.path, "")] += 1
    alone: Counter[tuple[str, ...]] = Counter(place[:2] for place in tree if len(place) == 3)
    return [_box(place, parts) for place, parts in tree.items() if len(place) < 3 or alone[place[:2]] > 1]


def _box(place: tuple[str, ...], parts: Mapping[str, int]) -> Box:
    return Box(
        id=_SEPARATOR.join(place),
        parent=_SEPARATOR.join(place[:-1]),
        name=place[-1],
        slices=sum(parts.values()),
        label=place[0],
        part=next(iter(parts)) if len(parts) == 1 else _CUT,
    )


@st.fragment
def _draw(shown: Shown, found: list[Box]) -> None:
    with guarded():
        by: str | None = _BY[0]
        if shown.rows:
            by = st.segmented_control(
                "Colour by", _BY, default=_BY[0], required=True, key=f"map-by-{shown.name}",
                persist_state="session", format_func=lambda name: f"Colour by {name}",
                label_visibility="collapsed",
            )  # fmt: skip
        shades = _part_shades(found) if by == "split" else look.shades(shown)
        if by == "split":
            _legend(shades)
        st.plotly_chart(
            drawn(found, by or _BY[0], shades), key=f"map-{shown.name}-{by}",
            config={"displayModeBar": False}, alt=summary(shown),
        )  # fmt: skip
        st.caption("A click goes into a class or a block; a click on its name leads back.")


def _part_shades(found: list[Box]) -> dict[str, str]:
    parts = sorted({box.part for box in found} - {_CUT, ""}, key=lambda part: (len(part), part))
    return {**colours(parts), _CUT: OTHER, "": OTHER}


def _legend(shades: Mapping[str, str]) -> None:
    names = {part: look.part_name(part) for part in shades if part not in ("", _CUT)}
    marks = "".join(
        f'<span class="cls"><i style="background:{shades[part]}"></i>{escape(name)}</span>'
        for part, name in {**names, _CUT: "several"}.items()
    )
    st.html(f'<div class="copies">{marks}</div>')


def drawn(found: list[Box], by: str, shades: Mapping[str, str]) -> "go.Figure":
    """The map as a treemap.

    Args:
        found: Its rectangles.
        by: ``class`` or ``split``: what the colours say.
        shades: Colour by class, or by part.
    """
    fills = [shades.get(box.part if by == "split" else box.label, OTHER) for box in found]
    figure = go.Figure(
        go.Treemap(
            ids=[escape(box.id) for box in found],
            parents=[escape(box.parent) for box in found],
            labels=[escape(look.short(box.name)) for box in found],
            values=[box.slices for box in found],
            branchvalues="total",
            marker={"colors": fills,
                    "line": {"width": 1}, "cornerradius": 2, "pad": {"t": 20, "l": 2, "r": 2, "b": 2}},
            customdata=[[escape(look.short(box.label)), _part(box)] for box in found],
            texttemplate="%{label} %{value:,}",
            hovertemplate="%{label}<br>%{value:,} slices, %{customdata[0]}<br>%{customdata[1]}"
            "<extra></extra>",
            textfont={"color": [_ink(fill) for fill in fills]},
            textposition="middle center",
            tiling={"pad": 1},
            sort=True,
        )
    )  # fmt: skip
    figure.update_layout(
        height=_HEIGHT, margin={"l": 0, "r": 0, "t": 4, "b": 0}, uniformtext={"minsize": 10, "mode": "hide"}
    )
    return figure


def _ink(shade: str) -> str:
    """Black or white, whichever is read better on a colour (WCAG 2.2 relative luminance)."""
    channels = [int(shade[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    luminance = sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return "#000000" if luminance > _BRIGHT else "#FFFFFF"


def _part(box: Box) -> str:
    if box.part == _CUT:
        return "in several parts of the split"
    return escape(look.part_name(box.part)) if box.part else "not in the split"
