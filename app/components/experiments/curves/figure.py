"""A plot of one panel: a line for each run and side, its mark, its best value, its folds thin beside it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import plotly.graph_objects as go

from app.experiments import series
from app.experiments.colours import Stroke
from app.experiments.panels import Panel, Role, judged
from app.experiments.series import Line, Scale
from core.literal import markup
from core.tracking.runs.values import History, Run, leaking, less_is_better

HEIGHT: Final = 300
WHOLE: Final[Mapping[str, Sequence[Any]]] = MappingProxyType({})
_LONGEST: Final = 40
_MARKS: Final = 6
"""On a line, so that it is told from others without its colour."""
_UNIFIED: Final = 8
"""Up to so many lines are read off together at one place."""
_SHORT: Final = 2
"""Lines of up to so many points are drawn as points too."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A run in the plots.

    Attributes:
        run: It.
        stroke: How it is drawn; a part has that of the run it is a part of.
        part: Whether it is a part of a chosen run, and so drawn thin.
    """

    run: Run
    stroke: Stroke
    part: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """A line of a plot, and whose it is.

    Attributes:
        drawn: The run.
        metric: What it logged.
        role: On which side of its split.
        line: The points.
        folds: How many folds it is the mean of; 0 where the run logged it itself.
    """

    drawn: Drawn
    metric: str
    role: Role
    line: Line
    folds: int = 0


Means = Mapping[tuple[str, str], tuple[History, int]]
"""Means over folds and how many these are, by run's id and metric."""


def traces(
    panel: Panel,
    several: Sequence[Drawn],
    histories: Mapping[tuple[str, str], History],
    scale: Scale,
    means: Means = MappingProxyType({}),
) -> list[Trace]:
    """All lines of a plot, no more points in all than a browser draws at once.

    Args:
        panel: What is drawn.
        several: The runs, in the legend's order.
        histories: By run's id and metric; a run without one has no line.
        scale: Along what.
        means: Of folds, for runs that did not log a metric themselves.
    """
    known = {key: (history, 0) for key, history in histories.items()} | dict(means)
    found = [
        (one, metric, role, *known[one.run.id, metric])
        for one in several
        for metric, role in panel.metrics
        if (one.run.id, metric) in known
    ]
    most = series.share(len(found), scale)
    return [
        Trace(one, metric, role, series.line(history, scale, one.run.started, most), folds)
        for one, metric, role, history, folds in found
    ]


def figure(
    panel: Panel,
    found: Sequence[Trace],
    scale: Scale,
    axis: str,
    ranges: Mapping[str, Sequence[Any]] = WHOLE,
) -> "go.Figure":
    """The plot.

    Args:
        panel: What is drawn.
        found: From `traces`.
        scale: Along what.
        axis: What the horizontal axis is called where it isn't a time.
        ranges: Where the axes ``x`` and ``y`` begin and end, where not all is shown.
    """
    divisor, axis = _unit(found) if scale.along == "Time since start" else (1.0, axis)
    several = [made for one in found for made in _lines(one, divisor)]
    # thin lines lie below the others
    several.sort(key=lambda one: one["line"]["width"])
    several += _bests(found, divisor)
    made = go.Figure(several, _layout(panel, found, scale, axis))
    for name, ends in ranges.items():
        made.layout[f"{name}axis"].range = list(ends)
    return made


def winner(found: Sequence[Trace]) -> Trace | None:
    """Whose value is the best of a plot; what leaks never wins."""
    honest = [one for one in _judged(found) if not leaking(one.metric, one.drawn.run)]
    least = bool(honest) and less_is_better(honest[0].metric)
    return min(honest, key=lambda one: _value(one) * (1 if least else -1), default=None)


def short(name: str) -> str:
    """A name as plots have it."""
    kept = " ".join(name.split())
    return markup(kept if len(kept) <= _LONGEST else f"{kept[: _LONGEST - 1]}\u2026")


def _lines(one: Trace, divisor: float) -> list[dict[str, Any]]:
    line, stroke = one.line, one.drawn.stroke
    smooth = _line(one, line.x / divisor, line.y)
    if not len(line.raw_x):
        return [smooth]
    faint = {
        **smooth, "x": line.raw_x / divisor, "y": line.raw_y, "opacity": 0.28, "hoverinfo": "skip",
        "hovertemplate": None, "mode": "lines", "line": {"color": stroke.shade, "width": 1},
    }  # fmt: skip
    return [faint, smooth]


def _line(one: Trace, x: Any, y: Any) -> dict[str, Any]:
    stroke, training = one.drawn.stroke, one.role == "training"
    few = len(x) <= _SHORT
    said = f", mean of {one.folds} folds" if one.folds else ""
    said += f", {one.role}" if one.role else ""
    leaks = " (leaks)" if stroke.leaks or leaking(one.metric, one.drawn.run) else ""
    width = 1.0 if one.drawn.part else 1.6 if training else 3.0 if one.folds else 2.0
    return {
        "type": "scatter", "x": x, "y": y, "name": f"{short(one.drawn.run.name)}{said}{leaks}",
        "mode": "lines" if (one.drawn.part or training) and not few else "lines+markers",
        "line": {"color": stroke.shade, "dash": stroke.dash(training=training), "width": width},
        "marker": {"symbol": stroke.mark, "size": 7, "color": stroke.shade,
                   "line": {"width": 1.5, "color": stroke.shade},
                   "maxdisplayed": 0 if len(x) <= _MARKS else _MARKS},
        "opacity": (0.4 if training else 0.65) if one.drawn.part else 1.0, "connectgaps": False,
        "hovertemplate": "%{y:.4~g}", "showlegend": False,
    }  # fmt: skip


def _bests(found: Sequence[Trace], divisor: float) -> list[dict[str, Any]]:
    best, made = winner(found), []
    # the best of all lies above the others
    for one in sorted(_judged(found), key=lambda each: each is best):
        assert one.line.best is not None
        x, y = one.line.best
        first = one is best
        made.append({
            "type": "scatter", "x": [x / divisor], "y": [y], "mode": "markers", "showlegend": False,
            "name": f"{'best of all' if first else 'best'}: {short(one.drawn.run.name)}",
            "marker": {"symbol": "star" if first else "diamond", "size": 14 if first else 9,
                       "color": one.drawn.stroke.shade,
                       "line": {"width": 1.2 if first else 0, "color": "#FFFFFF"}},
            "hovertemplate": "%{y:.4~g}",
        })  # fmt: skip
    return made


def _judged(found: Sequence[Trace]) -> list[Trace]:
    """The lines on which a best value is marked: of a figure's validation where it has one."""
    sides = {one.role for one in found}
    return [
        one
        for one in found
        if judged(one.metric)
        and one.line.best
        and one.line.points > 1
        and not one.drawn.part
        and not (one.role == "training" and "validation" in sides)
    ]


def _value(one: Trace) -> float:
    return one.line.best[1] if one.line.best else math.nan


def _unit(found: Sequence[Trace]) -> tuple[float, str]:
    longest = max((float(one.line.x.max()) for one in found if len(one.line.x)), default=0.0)
    divisor, name = series.unit(longest)
    return divisor, f"{name} since the start"


def _layout(panel: Panel, found: Sequence[Trace], scale: Scale, axis: str) -> dict[str, Any]:
    unified = len(found) <= _UNIFIED and not scale.timed
    across: dict[str, Any] = {"title": {"text": axis, "standoff": 6, "font": {"size": 12}}, "showgrid": False}
    if scale.along == "Wall time":
        across["type"] = "date"
    elif scale.log_x:
        across |= {"type": "log", "dtick": 1}
    elif not scale.timed and all(float(one.line.x[-1]) <= 12 for one in found if len(one.line.x)):
        across["dtick"] = 1
    return {
        "height": HEIGHT, "margin": {"l": 0, "r": 10, "t": 8, "b": 0}, "dragmode": "zoom",
        "hovermode": "x unified" if unified else "closest", "showlegend": False,
        "uirevision": f"{panel.title} {scale.along} {scale.log_x} {scale.log_y}",
        "xaxis": across,
        "yaxis": {"type": "log"} if scale.log_y else {},
    }  # fmt: skip
