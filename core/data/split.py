"""Dealing slices into folds: by patient block, or at random to show how that leaks."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError


def folds(
    labels: Sequence[str],
    groups: Sequence[str],
    count: int,
    seed: int,
    counted: Sequence[bool] | None = None,
) -> NDArray[np.intp]:
    """Deal whole groups, classes as even over the folds as whole groups allow.

    The largest group goes first, each to the fold whose class counts it leaves most even.

    Args:
        labels: Per slice.
        groups: Per slice; no group ends up in two folds.
        count: Number of folds, at least 2.
        seed: Settles ties.
        counted: Per slice, whether it matters for how even the folds are; all do by default.

    Returns:
        (N,) fold of each slice, 0 and up.

    Raises:
        DataError: There are fewer groups than folds.
    """
    found = len(set(groups))
    if found < count:
        raise DataError(
            f"{found} patient blocks can't be dealt into {count} folds. Add data or ask for fewer folds.",
            "too-few-groups",
        )
    _, label = np.unique(np.asarray(labels), return_inverse=True)
    _, group = np.unique(np.asarray(groups), return_inverse=True)
    counts = np.zeros((group.max() + 1, label.max() + 1))
    np.add.at(counts, (group, label), 1.0 if counted is None else np.asarray(counted, float))
    shares = counts / np.maximum(counts.sum(axis=0), 1)
    shuffled = np.random.default_rng(seed).permutation(len(counts))
    order = shuffled[np.argsort(-shares[shuffled].sum(axis=1), kind="stable")]
    held = np.zeros((count, counts.shape[1]))
    place = np.zeros(len(counts), np.intp)
    for number in order:
        place[number] = _most_even(held, shares[number])
        held[place[number]] += shares[number]
    return place[group]


def _most_even(held: NDArray[np.float64], shares: NDArray[np.float64]) -> int:
    """The fold that can take a group's shares of the classes and leave all folds most alike."""
    costs = []
    for fold in range(len(held)):
        tried = held.copy()
        tried[fold] += shares
        costs.append((float(tried.std(axis=0).mean()), float(held[fold].sum())))
    return min(range(len(held)), key=costs.__getitem__)


def random(labels: Sequence[str], count: int, seed: int) -> NDArray[np.intp]:
    """Deal single slices, class by class. This leaks: neighbours land on both sides.

    Args:
        labels: Per slice.
        count: Number of folds.
        seed: Of the shuffle.

    Returns:
        (N,) fold of each slice.
    """
    dealt = np.empty(len(labels), np.intp)
    generator = np.random.default_rng(seed)
    named = np.asarray(labels)
    for label in np.unique(named):
        mine = generator.permutation(np.flatnonzero(named == label))
        dealt[mine] = np.arange(len(mine)) % count
    return dealt
