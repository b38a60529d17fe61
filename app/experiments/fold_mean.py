"""The mean curve of a run's folds: one line says more of a cross-validation than five."""

import re
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Final

import numpy as np

from core.tracking.runs.values import History, Run

LEAST: Final = 2
_FOLD: Final = re.compile(r"fold\b", re.IGNORECASE)


def is_fold(part: Run) -> bool:
    """Whether a part of a run is a fold of it, measured on patients that it never saw."""
    return not part.leaks and bool(_FOLD.match(part.tags.get("studio.branch") or part.name))


def mean(run: Run, folds: Sequence[History]) -> History | None:
    """The mean over folds, at each step at which all of them have a value.

    Args:
        run: The whole, whose the mean is.
        folds: Histories of one metric, a fold each.

    Returns:
        None where there are fewer than two folds, or where they share no step.
    """
    if len(folds) < LEAST:
        return None
    several = [_last(one) for one in folds]
    shared = reduce(np.intersect1d, [np.array(sorted(one), np.int64) for one in several])
    if not len(shared):
        return None
    pairs = np.array([[one[int(step)] for step in shared] for one in several])
    return History(
        run=run.id, metric=folds[0].metric, steps=shared, at=pairs[:, :, 0].max(axis=0),
        values=pairs[:, :, 1].mean(axis=0), whole=all(one.whole for one in folds),
    )  # fmt: skip


def means(
    runs: Sequence[Run], parts: Sequence[Run], histories: Mapping[tuple[str, str], History]
) -> dict[tuple[str, str], tuple[History, int]]:
    """The means of runs that did not log a metric themselves, with the number of folds, by id and metric.

    Args:
        runs: The whole ones.
        parts: Parts of any of them.
        histories: All that was read, by run's id and metric.
    """
    found = {}
    for run in runs:
        folds = {one.id for one in parts if one.parent == run.id and is_fold(one)}
        for metric in dict.fromkeys(metric for own, metric in histories if own in folds):
            several = [one for (own, name), one in histories.items() if own in folds and name == metric]
            made = mean(run, several)
            if made is not None and (run.id, metric) not in histories:
                found[run.id, metric] = made, len(several)
    return found


def _last(one: History) -> dict[int, tuple[float, float]]:
    """Time and value by step: of a step that was logged twice the later one; what is no number is none."""
    known = zip(one.steps.tolist(), one.at.tolist(), one.values.tolist(), strict=True)
    return {step: (at, value) for step, at, value in known if np.isfinite(value)}
