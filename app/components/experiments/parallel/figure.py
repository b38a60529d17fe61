"""Parallel coordinates: an axis a parameter or metric, a line a run, its colour a metric."""

import math
from collections.abc import Sequence
from typing import Any, Final

import plotly.graph_objects as go

from app.experiments.dimensions import Dimension

HEIGHT: Final = 380
SCALE: Final = ((0.0, "#8A63B8"), (0.5, "#1A8A8C"), (1.0, "#B58B12"))
"""From violet to ochre: told apart with any colour vision, and seen on light and on dark ground."""
_LABEL, _TICK = 24, 18
_TILTED: Final = 6
"""Axes from which on their names stand aslant."""


def kept(dimensions: Sequence[Dimension], count: int) -> list[int]:
    """Places of the runs that have a number on every axis.

    Args:
        dimensions: The axes.
        count: Of runs.
    """
    columns = [one.numbers for one in dimensions]
    return [at for at in range(count) if all(math.isfinite(column[at]) for column in columns)]


def figure(dimensions: Sequence[Dimension], shade: Dimension, rows: Sequence[int]) -> "go.Figure":
    """The plot.

    Args:
        dimensions: The axes, from the left.
        shade: The metric that colours the lines.
        rows: Places of the runs that are drawn.
    """
    names = labels([one.name for one in dimensions])
    axes = [_axis(one.at(rows), name) for one, name in zip(dimensions, names, strict=True)]
    made = go.Figure(go.Parcoords(
        dimensions=axes,
        line={"color": shade.at(rows).numbers, "colorscale": SCALE, "showscale": True,
              "colorbar": {"title": {"text": cut(shade.name, _LABEL), "side": "right"}, "thickness": 12,
                           "outlinewidth": 0}},
        labelangle=-14 if len(axes) >= _TILTED else 0,
        unselected={"line": {"color": "#7B8790", "opacity": 0.12}},
    ))  # fmt: skip
    top = 86 if len(axes) >= _TILTED else 56
    return made.update_layout(height=HEIGHT, margin={"l": 70, "r": 40, "t": top, "b": 24})


def labels(names: Sequence[str]) -> list[str]:
    """Names short enough for an axis: without their section where that leaves them different."""
    ends = [one.rpartition(".")[2] or one for one in names]
    return [cut(end if ends.count(end) == 1 else name, _LABEL) for name, end in zip(names, ends, strict=True)]


def cut(text: str, longest: int) -> str:
    """A text on one line, cut where it is longer."""
    kept_ = " ".join(text.split())
    return kept_ if len(kept_) <= longest else f"{kept_[: longest - 1]}\u2026"


def _axis(one: Dimension, name: str) -> dict[str, Any]:
    values = one.numbers
    if one.categories:
        return {"label": name, "values": values, "tickvals": list(range(len(one.categories))),
                "ticktext": [cut(text, _TICK) for text in one.categories]}  # fmt: skip
    if one.wide:
        powers = [math.log10(value) for value in values]
        ticks = range(math.floor(min(powers)), math.ceil(max(powers)) + 1)
        return {"label": name, "values": powers, "tickvals": list(ticks),
                "ticktext": [f"1e{tick}" if abs(tick) > 3 else f"{10.0**tick:g}" for tick in ticks],
                "range": [min(powers), max(powers)]}  # fmt: skip
    return {"label": name, "values": values}
