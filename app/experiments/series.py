"""A metric's history as it is drawn: along the chosen axis, smoothed, thinned, without what no axis has."""

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from app.experiments.smoothing import smoothed
from core.tracking.runs.thinning import thinned
from core.tracking.runs.values import History, less_is_better

Along = Literal["Step", "Epoch", "Wall time", "Time since start"]
ALONG: Final[tuple[Along, ...]] = ("Step", "Epoch", "Wall time", "Time since start")
LINE, PLOT = 2_000, 20_000
"""Points of a line and of a plot that a browser draws at once."""
_LEAST: Final = 12
_ENDLESS: Final = 1e300
"""MLflow's databases keep an infinite value as the largest number there is."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scale:
    """Along what curves are drawn.

    Attributes:
        along: The horizontal axis.
        smoothing: Weight of what was before, 0..1.
        log_x: Whether the horizontal axis is over powers of ten.
        log_y: The same of the vertical one.
        shift_s: What the reader's clock is ahead of Greenwich, seconds.
    """

    along: Along = "Step"
    smoothing: float = 0.0
    log_x: bool = False
    log_y: bool = False
    shift_s: float = 0.0

    @property
    def timed(self) -> bool:
        return self.along in ("Wall time", "Time since start")


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """What is drawn of a history.

    Attributes:
        x: (M,) steps, seconds since the start, or milliseconds since 1970 by the reader's clock.
        y: (M,) as smooth as asked; NaN is a gap.
        raw_x: (K,) of the values as they were logged; empty where nothing is smoothed.
        raw_y: (K,)
        points: How many were logged.
        lost: How many of them are 0 or less on an axis over powers of ten.
        gaps: How many are no number.
        best: The best value as it was logged, and where; None where there is none.
    """

    x: Floats
    y: Floats
    raw_x: Floats
    raw_y: Floats
    points: int
    lost: int
    gaps: int
    best: tuple[float, float] | None

    @property
    def thinned(self) -> bool:
        return len(self.x) < self.points


def share(lines: int, scale: Scale) -> int:
    """Points that each line of a plot may have, so that the plot has no more than `PLOT`."""
    drawn = lines * (2 if scale.smoothing else 1)
    return max(_LEAST, min(LINE, PLOT // max(1, drawn)))


def line(history: History, scale: Scale, started: float | None = None, most: int = LINE) -> Line:
    """What is drawn of a history.

    Args:
        history: All values.
        scale: Along what.
        started: When its run began, seconds since 1970; its first value's time if unknown.
        most: Points at most, at least 5; those left out lie between the least and the largest beside them.
    """
    one = _ordered(history) if scale.timed else history
    first = started if started is not None else float(one.at.min()) if len(one.at) else 0.0
    values = np.where(np.abs(one.values) < _ENDLESS, one.values, np.nan)
    x = _along(one, scale, first)
    low = ((x <= 0) & scale.log_x) | ((values <= 0) & scale.log_y)
    drawn = np.where(low, np.nan, values)
    smooth = np.where(np.isnan(drawn), np.nan, smoothed(values, scale.smoothing))
    smooth = np.where((smooth <= 0) & scale.log_y, np.nan, smooth)
    shown = thinned(replace(one, values=smooth), most)
    raw = thinned(replace(one, values=drawn), most) if scale.smoothing else None
    return Line(
        x=_along(shown, scale, first),
        y=shown.values,
        raw_x=_along(raw, scale, first) if raw else np.empty(0),
        raw_y=raw.values if raw else np.empty(0),
        points=history.thinned_from or len(values),
        lost=int(np.sum(low & ~np.isnan(values))),
        gaps=int(np.isnan(values).sum()),
        best=_best(x, drawn, history.metric),
    )


def unit(seconds: float) -> tuple[float, str]:
    """What a time is divided by so that it is read well, and what that is called."""
    if seconds < 180:
        return 1.0, "seconds"
    return (60.0, "minutes") if seconds < 180 * 60 else (3600.0, "hours")


def _ordered(history: History) -> History:
    """By time: a step that was done again comes when it was done."""
    order = np.argsort(history.at, kind="stable")
    return replace(history, steps=history.steps[order], at=history.at[order], values=history.values[order])


def _along(history: History, scale: Scale, started: float) -> Floats:
    if scale.along == "Wall time":
        return 1000.0 * (history.at + scale.shift_s)
    return history.at - started if scale.timed else history.steps.astype(np.float64)


def _best(x: Floats, values: Floats, metric: str) -> tuple[float, float] | None:
    if np.isnan(values).all():
        return None
    place = np.nanargmin(values) if less_is_better(metric) else np.nanargmax(values)
    return float(x[place]), float(values[place])
