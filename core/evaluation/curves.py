"""ROC curves, and how each patient block fared: plain values, fit for JSON."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.answers import Answers

Floats = NDArray[np.float64]
POINTS = 200
"""A curve has at most so many; that moves the area below it by less than 1e-3."""


def roc(
    labels: Sequence[str], truth: NDArray[np.integer], probabilities: Floats, points: int = POINTS
) -> dict[str, list[dict[str, float]]]:
    """Each class's curve against the rest (Fawcett 2006, doi:10.1016/j.patrec.2005.10.010).

    Args:
        labels: Class names in the model's order.
        truth: (N,) class numbers.
        probabilities: (N, K).
        points: A curve's, at most; at least 4.

    Returns:
        By class, from (0, 0) to (1, 1): ``false`` and ``true`` (shares of the rest and of the class
        with at least this probability) and ``at``, that probability; ``at`` is over 1 at the start.
        A class without slices, or without a rest, has no curve: an empty list.
    """
    return {
        label: _curve(np.asarray(truth) == at, probabilities[:, at], points)
        for at, label in enumerate(labels)
    }


def area(curve: Sequence[dict[str, float]]) -> float:
    """The area below a curve of `roc`, 0..1."""
    false, true = (np.array([one[name] for one in curve]) for name in ("false", "true"))
    return float(np.trapezoid(true, false))


def of(answers: Answers) -> dict[str, Any]:
    """What is too long for a card: ``roc`` by class, and ``groups``, what became of each patient block."""
    truth, chances, times = answers.truth, answers.probabilities, answers.times
    return {
        "roc": roc(answers.labels, truth, chances),
        "groups": by_group(answers.labels, truth, chances, answers.groups, times),
    }


def by_group(
    labels: Sequence[str],
    truth: NDArray[np.integer],
    probabilities: Floats,
    groups: Sequence[str] | NDArray[np.str_],
    times: int = 1,
) -> list[dict[str, Any]]:
    """What became of each patient block, the worst first.

    Args:
        labels: Class names in the model's order.
        truth: (N,) class numbers.
        probabilities: (N, K).
        groups: (N,) the block of each slice.
        times: How often each slice is there, once a dealing of the folds.

    Returns:
        For each block and class in it: ``group``, ``label``, ``slices``, ``right`` (their number; the
        mean over the dealings where there were several), ``truth`` (mean probability of the true class).
    """
    names, block = np.unique(np.asarray(groups), return_inverse=True)
    cells, cell = np.unique(block * len(labels) + truth, return_inverse=True)
    count = np.bincount(cell)
    right = np.bincount(cell, probabilities.argmax(axis=1) == truth)
    chance = np.bincount(cell, probabilities[np.arange(len(truth)), truth]) / count
    found = [
        {
            "group": str(names[one // len(labels)]),
            "label": labels[one % len(labels)],
            "slices": max(1, round(count[at] / times)),
            "right": round(right[at] / times, 2) if times > 1 else int(right[at]),
            "truth": round(float(chance[at]), 4),
        }
        for at, one in enumerate(cells.tolist())
    ]
    return sorted(found, key=lambda one: (one["right"] / one["slices"], one["truth"], one["group"]))


def _curve(mine: NDArray[np.bool_], chances: Floats, points: int) -> list[dict[str, float]]:
    inside, outside = int(mine.sum()), int((~mine).sum())
    if not inside or not outside:
        return []
    order = np.argsort(-chances, kind="stable")
    # equal probabilities are one step: their order says nothing
    ends = np.append(np.flatnonzero(np.diff(chances[order])), len(order) - 1)
    true = np.append(0, np.cumsum(mine[order])[ends]) / inside
    false = np.append(0, np.cumsum(~mine[order])[ends]) / outside
    at = np.append(np.inf, chances[order][ends])
    at[0] = max(1.0, float(at[1])) + 1.0
    return [
        {
            "false": round(float(false[one]), 6),
            "true": round(float(true[one]), 6),
            "at": round(float(at[one]), 6),
        }
        for one in _kept(false, true, points)
    ]


def _kept(false: Floats, true: Floats, points: int) -> NDArray[np.intp]:
    """Which points stay: corners where there are few, else those nearest to even steps along the curve."""
    # a point on the straight line between its neighbours says nothing
    turns = np.diff(false)[:-1] * np.diff(true)[1:] != np.diff(false)[1:] * np.diff(true)[:-1]
    corners = np.flatnonzero(np.concatenate(([True], turns, [True])))
    if len(corners) <= points:
        return corners
    # false + true grows along the curve: even steps of it leave no long gap in either direction
    length = (false + true)[corners]
    steps = np.searchsorted(length, np.linspace(0.0, 2.0, points))
    return np.asarray(corners[np.unique(np.minimum(steps, len(corners) - 1))])
