"""The split as bars: each part a stack of patient blocks, so that a cut block can't hide."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

import plotly.graph_objects as go
import streamlit as st

from app.components.dataset import look
from app.dataset import Shown
from app.words import counted
from core.data.manifest import Row

_ORDER: Final = ("train", "val", "test")
_HEIGHT: Final = 340
_MANY: Final = 40
"""Blocks in a part from which full outlines would darken its colour."""


def show(shown: Shown) -> None:
    """Draw it."""
    look.style()
    if not shown.rows:
        st.caption("This set is not split yet. Measure it to deal its patient blocks into parts.")
        return
    lost = cut(shown.rows)
    st.html(f'<div class="said {"bad" if lost else "fine"}">{escape(verdict(shown.rows))}</div>')
    shades = look.shades(shown)
    st.plotly_chart(
        drawn(shown.rows, shades, lost), key=f"split-{shown.name}", config={"displayModeBar": False},
        alt=verdict(shown.rows),
    )  # fmt: skip
    st.html(f'<div class="wide">{table(shown.rows, shades)}</div>')


def parts(rows: Sequence[Row]) -> list[str]:
    """The split's parts: train, val, test; or folds by number."""
    found = {row.split for row in rows}
    return sorted(found, key=lambda part: (_ORDER.index(part) if part in _ORDER else 0, len(part), part))


def cut(rows: Sequence[Row]) -> set[str]:
    """Groups that lie in several parts."""
    sides: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        sides[row.group].add(row.split)
    return {group for group, found in sides.items() if len(found) > 1}


def verdict(rows: Sequence[Row]) -> str:
    """Whether the split keeps patients apart, in words."""
    lost, groups = len(cut(rows)), len({row.group for row in rows})
    if lost:
        return (
            f"Leaks: {counted(lost, 'patient block')} of {groups:,} {'lies' if lost == 1 else 'lie'} on both "
            "sides of this split. Figures made with it are memory as much as medicine."
        )
    return f"No group is cut: each of {counted(groups, 'patient block')} lies in one part."


def drawn(rows: Sequence[Row], shades: Mapping[str, str], lost: set[str]) -> "go.Figure":
    """A bar a part; its segments are patient blocks, hatched where another part has some of it too."""
    figure = go.Figure()
    counts: Counter[tuple[str, str, str]] = Counter((row.label, row.split, row.group) for row in rows)
    most = max(Counter(part for _, part, _ in counts).values(), default=0)
    outline = {"width": 0.6 if most < _MANY else 0.15, "color": "rgba(15,21,25,.6)"}
    for label in sorted({row.label for row in rows}):
        mine = sorted(
            ((part, group, count) for (name, part, group), count in counts.items() if name == label),
            key=lambda one: (one[0], -one[2], one[1]),
        )
        figure.add_bar(
            x=[look.part_name(part) for part, _, _ in mine],
            y=[count for _, _, count in mine],
            name=escape(look.short(label)),
            marker={"color": shades.get(label), "line": outline,
                    "pattern": {"shape": ["/" if group in lost else "" for _, group, _ in mine]}},
            customdata=[escape(look.short(group)) for _, group, _ in mine],
            hovertemplate="%{customdata}: %{y:,} slices<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    figure.update_layout(
        barmode="stack", height=_HEIGHT, margin={"l": 0, "r": 8, "t": 6, "b": 0}, dragmode=False, bargap=0.35,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0, "traceorder": "normal"},
        yaxis_title="slices",
        xaxis={"categoryorder": "array", "categoryarray": [look.part_name(part) for part in parts(rows)]},
    )  # fmt: skip
    return figure


def table(rows: Sequence[Row], shades: Mapping[str, str]) -> str:
    """Slices by class and part, as markup; a class that a part goes without stands out."""
    found = parts(rows)
    counts = Counter((row.label, row.split) for row in rows)
    groups = {part: len({row.group for row in rows if row.split == part}) for part in found}
    head = "".join(f"<th>{escape(look.part_name(part))}</th>" for part in found)
    lines = "".join(
        f'<tr><th title="{escape(label)}"><span class="cls"><i style="background:{shades.get(label)}"></i>'
        f"<b>{escape(label)}</b></span></th>{''.join(_cell(counts[label, part]) for part in found)}</tr>"
        for label in sorted({row.label for row in rows})
    )
    blocks = "".join(f"<td>{groups[part]:,}</td>" for part in found)
    return (
        f'<table class="counts"><thead><tr><th>Slices</th>{head}</tr></thead><tbody>{lines}'
        f"<tr><th>Patient blocks</th>{blocks}</tr></tbody></table>"
    )


def _cell(count: int) -> str:
    return f"<td>{count:,}</td>" if count else '<td class="nought">0</td>'
