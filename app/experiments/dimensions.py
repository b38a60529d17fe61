"""Parameters and metrics of several runs as axes of a plot: numbers, or categories."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.experiments.panels import side
from core.comparison.differences import equal, number
from core.tracking.runs.values import Run

ABSENT: Final = "not logged"
MANY: Final = 12
"""Categories from which on an axis is no longer read."""
_WIDE: Final = 1000.0
_RATES: Final = 10.0
"""Positive values that span this much are drawn over powers of ten; those of a rate sooner."""
_RATE: Final = re.compile(r"rate|decay|\blr\b", re.IGNORECASE)
_FIRST: Final = ("macro_f1", "f1", "accuracy", "acc", "auc", "loss")


@dataclass(frozen=True, slots=True)
class Dimension:
    """An axis.

    Attributes:
        name: As it was logged.
        metric: Whether it is one, not a parameter.
        values: Of each run in their order: all numbers (NaN where there is none), or all texts.
    """

    name: str
    metric: bool
    values: tuple[float, ...] | tuple[str, ...]

    def at(self, places: Sequence[int]) -> "Dimension":
        """The same axis of some of the runs, with no category that none of them has."""
        several = [self.values[place] for place in places]
        return Dimension(self.name, self.metric, tuple(several))  # type: ignore[arg-type]

    @property
    def numeric(self) -> bool:
        return all(isinstance(one, float) for one in self.values)

    @property
    def numbers(self) -> list[float]:
        """A number for each run; of a category its place among `categories`."""
        places = {name: float(at) for at, name in enumerate(self.categories)}
        return [one if isinstance(one, float) else places[one] for one in self.values]

    @property
    def categories(self) -> list[str]:
        """Texts in the order of their places; none for numbers."""
        return sorted({one for one in self.values if isinstance(one, str)})

    @property
    def telling(self) -> bool:
        """Whether most runs have it, with more than one value and not too many to read."""
        told = [one for one in self.values if one not in ("", ABSENT) and not _none(one)]
        return 2 * len(told) > len(self.values) and len(set(told)) > 1 and len(self.categories) <= MANY

    @property
    def wide(self) -> bool:
        """Whether it is read better over powers of ten."""
        known = [one for one in self.values if isinstance(one, float) and math.isfinite(one)]
        span = max(known) / min(known) if known and min(known) > 0 else 0.0
        return not self.metric and span >= (_RATES if _RATE.search(self.name) else _WIDE)


def parameters(runs: Sequence[Run]) -> list[Dimension]:
    """The parameters in which runs differ, by name."""
    names = sorted({name for one in runs for name in one.parameters})
    columns = {name: [one.parameters.get(name) for one in runs] for name in names}
    return [_parameter(name, values) for name, values in columns.items() if not equal(values)]


def metrics(runs: Sequence[Run]) -> list[Dimension]:
    """All metrics that some run has a number for, by name; the last value of each."""
    names = sorted({name for one in runs for name in one.metrics})
    found = [Dimension(name, True, tuple(_finite(one, name) for one in runs)) for name in names]
    return [one for one in found if any(math.isfinite(value) for value in one.numbers)]


def telling(several: Sequence[Dimension]) -> str:
    """The metric that runs are judged by: macro F1 on the test split, or what comes nearest.

    Args:
        several: At least one metric.
    """
    return min(several, key=lambda one: (*_rank(one.name), one.name)).name


def _rank(metric: str) -> tuple[int, int]:
    bare, role = side(metric)
    test = bare.startswith("test_")
    base = bare.removeprefix("test_")
    place = next((at for at, name in enumerate(_FIRST) if base == name), len(_FIRST))
    return place, 0 if test else 1 if role == "validation" else 2


def _parameter(name: str, values: Sequence[str | None]) -> Dimension:
    numbers = [number(one) for one in values]
    if all(found is not None or one is None for found, one in zip(numbers, values, strict=True)):
        return Dimension(name, False, tuple(math.nan if one is None else float(one) for one in numbers))
    return Dimension(name, False, tuple(ABSENT if one is None else one for one in values))


def _none(value: float | str) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _finite(run: Run, metric: str) -> float:
    value = float(run.metrics.get(metric, math.nan))
    return value if abs(value) < 1e300 else math.nan
