"""Which parameters a metric hangs on, over many runs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.comparison.differences import number
from core.errors import InputError
from core.tracking.runs.values import Run

LEAST: Final = 8
"""Runs below which nothing can be said."""
_TREES, _REPEATS = 100, 10

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weight:
    """What one parameter does to a metric.

    Attributes:
        parameter: Its name, as logged.
        share: Of what the forest explains, 0..1; all shares add up to 1, or are all 0.
        drop: How much worse the forest guesses, in R squared, when this parameter's values are
            shuffled among the runs.
        spread: Standard deviation of that over the shuffles.
        direction: Spearman's rank correlation with the metric, -1..1; NaN where values are words.
        values: How many different ones there are.
    """

    parameter: str
    share: float
    drop: float
    spread: float
    direction: float
    values: int


@dataclass(frozen=True, slots=True)
class Importance:
    """Which parameters matter, over the runs that were looked at.

    Attributes:
        metric: The metric's name.
        runs: How many had it and were looked at.
        weights: The most important first.
        explained: R squared of the forest on runs that a tree had not seen (out of bag); near or below
            0 the weights mean nothing.
    """

    metric: str
    runs: int
    weights: tuple[Weight, ...]
    explained: float

    @property
    def words(self) -> str:
        """How far this may be trusted."""
        if self.explained < 0.1:
            return f"These {self.runs} runs don't show what the metric hangs on: read nothing into the order."
        return f"Of {self.runs} runs; the parameters explain {self.explained:.0%} of how far they scatter."


def importance(runs: Sequence[Run], metric: str, seed: int = 0) -> Importance:
    """Permutation importance of a random forest (Breiman 2001, doi:10.1023/A:1010933404324).

    Args:
        runs: Such as a search's trials; those without the metric are left out.
        metric: Its name.
        seed: Of the forest and the shuffles.

    Raises:
        InputError: Fewer than `LEAST` runs have the metric, it is the same in all, or no parameter varies.
    """
    known = [run for run in runs if math.isfinite(run.metrics.get(metric, math.nan))]
    if len(known) < LEAST:
        raise InputError(
            f"Which parameters matter takes at least {LEAST} runs with {metric}; {len(known)} have it.",
            "few-runs",
        )
    target = np.array([run.metrics[metric] for run in known])
    columns = _columns(known)
    if not columns:
        raise InputError("No parameter differs between these runs, so none can matter.", "no-parameter")
    if np.ptp(target) == 0:
        raise InputError(f"{metric} is the same in all of these runs.", "no-spread")
    return _measured(known, metric, target, columns, seed)


def _measured(
    runs: Sequence[Run], metric: str, target: Floats, columns: dict[str, tuple[Floats, bool]], seed: int
) -> Importance:
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.inspection import permutation_importance

    table = np.stack([values for values, _ in columns.values()], axis=1)
    forest = RandomForestRegressor(_TREES, oob_score=True, min_samples_leaf=2, random_state=seed, n_jobs=1)
    forest.fit(table, target)
    found = permutation_importance(forest, table, target, n_repeats=_REPEATS, random_state=seed, n_jobs=1)
    drops = np.maximum(found.importances_mean, 0.0)
    whole = drops.sum() or 1.0
    weights = [
        Weight(
            name,
            float(drops[at] / whole),
            float(found.importances_mean[at]),
            float(found.importances_std[at]),
            _direction(values, target) if numeric else math.nan,
            len(np.unique(values)),
        )
        for at, (name, (values, numeric)) in enumerate(columns.items())
    ]
    ordered = sorted(weights, key=lambda one: (-one.share, one.parameter))
    return Importance(metric, len(runs), tuple(ordered), float(forest.oob_score_))


def _columns(runs: Sequence[Run]) -> dict[str, tuple[Floats, bool]]:
    """Parameters that vary, as numbers, and whether they are numbers by themselves."""
    names = sorted({name for run in runs for name in run.parameters})
    found = {}
    for name in names:
        texts = [run.parameters.get(name) for run in runs]
        numbers = [number(text) for text in texts]
        numeric = all(one is not None and math.isfinite(one) for one in numbers)
        if numeric:
            values = np.array(numbers, np.float64)
        else:
            words = sorted({text or "" for text in texts})
            values = np.array([words.index(text or "") for text in texts], np.float64)
        if np.ptp(values) > 0:
            found[name] = (values, numeric)
    return found


def _direction(values: Floats, target: Floats) -> float:
    from scipy.stats import spearmanr

    return float(spearmanr(values, target).statistic)
