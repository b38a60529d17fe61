"""Runs that share a parameter or a data set, as one row: how many, their mean and their spread."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.experiments import columns
from app.experiments.columns import Known
from core.tracking.runs.values import Run, leaking, less_is_better


@dataclass(frozen=True, slots=True)
class Group:
    """Runs that have the same in a column.

    Attributes:
        name: What they have there; empty where they have nothing.
        runs: In the table's order.
        figures: Of those that have one and don't leak.
        leaks: Runs that were left out of the figures because they leak.
    """

    name: str
    runs: Sequence[Run]
    figures: Sequence[float]
    leaks: int = 0

    @property
    def mean(self) -> float | None:
        """None where no run has a figure."""
        return float(np.mean(self.figures)) if self.figures else None

    @property
    def sd(self) -> float | None:
        """Standard deviation between runs (N - 1); None for fewer than two figures."""
        return float(np.std(self.figures, ddof=1)) if len(self.figures) > 1 else None

    @property
    def low(self) -> float | None:
        return min(self.figures, default=None)

    @property
    def high(self) -> float | None:
        return max(self.figures, default=None)


def groups(runs: Sequence[Run], column: str, of: str, known: Known) -> list[Group]:
    """Runs by what they have in a column, the group with the better mean first.

    Args:
        runs: In the table's order.
        column: What they are grouped by.
        of: The column of figures that groups are measured by.
        known: What cells are read from.
    """
    members: dict[str, list[Run]] = {}
    for one in runs:
        members.setdefault(columns.words(one, column, known), []).append(one)
    metric = of.removeprefix(columns.METRIC)
    found = [_group(name, several, of, known) for name, several in members.items()]
    sign = 1 if less_is_better(metric) else -1
    return sorted(found, key=lambda one: math.inf if one.mean is None else sign * one.mean)


def offered(several: Sequence[str]) -> list[str]:
    """Those of some columns that runs can be grouped by."""
    ours = (columns.SET, columns.BACKBONE, columns.STATE)
    return [one for one in several if one in ours or one.startswith((columns.PARAMETER, columns.TAG))]


def _group(name: str, runs: Sequence[Run], of: str, known: Known) -> Group:
    metric = of.removeprefix(columns.METRIC)
    out = [one for one in runs if leaking(metric, one)]
    values = [columns.number(one, of, known) for one in runs if one not in out]
    return Group(name, runs, [one for one in values if one is not None and math.isfinite(one)], len(out))
