"""Dealing slices into folds: by patient block, or at random to show how that leaks."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError


def folds(
    labels: Sequence[str],
    groups: Sequence[str],
    count: int,
    seed: int,
    counted: Sequence[bool] | None = None,
    *,
    shares: Sequence[float] | None = None,
    held: Mapping[str, int] | None = None,
) -> NDArray[np.intp]:
    """Deal whole groups, classes as even over the folds as whole groups allow.

    The largest group goes first, each to the fold whose class counts it leaves most even. No fold
    stays empty while there are groups for all of them that have no fold yet.

    Args:
        labels: Per slice.
        groups: Per slice; no group ends up in two folds.
        count: Number of folds, at least 2.
        seed: Settles ties.
        counted: Per slice, whether it matters for how even the folds are; all do by default.
        shares: How much of everything each fold should get, adding up to 1; the same for all by
            default.
        held: Groups whose fold is settled already.

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
    names, group = np.unique(np.asarray(groups), return_inverse=True)
    weights = np.ones(len(group)) if counted is None else np.asarray(counted, float)
    # what counts comes first; what doesn't is even too as far as that leaves a choice
    parts = [_shares(group, label, weights), _shares(group, label, np.ones(len(group)))]
    shuffled = np.random.default_rng(seed).permutation(len(names))
    sizes = [part[shuffled].sum(axis=1) for part in parts]
    order = shuffled[np.lexsort((-sizes[1], -sizes[0]))]
    wanted = np.ones((count, 1)) if shares is None else count * np.asarray(shares)[:, None]
    full = [np.zeros((count, part.shape[1])) for part in parts]
    place = np.full(len(names), -1, np.intp)
    for number, name in enumerate(names):
        if held and name in held:
            place[number] = held[name]
    for number in (*np.flatnonzero(place >= 0), *order[place[order] < 0]):
        if place[number] < 0:
            open_to = _open_to(place, count)
            place[number] = _most_even(full, [part[number] for part in parts], wanted, open_to)
        for held_now, part in zip(full, parts, strict=True):
            held_now[place[number]] += part[number]
    return place[group]


def _shares(
    group: NDArray[np.intp], label: NDArray[np.intp], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(G, K): which share of each class each group has."""
    counts = np.zeros((group.max() + 1, label.max() + 1))
    np.add.at(counts, (group, label), weights)
    return np.asarray(counts / np.maximum(counts.sum(axis=0), 1))


def _open_to(place: NDArray[np.intp], count: int) -> Sequence[int]:
    """The folds that the next group may go to: the empty ones, once there are no more groups than these."""
    empty = sorted({*range(count)} - set(place.tolist()))
    return empty if 0 < np.count_nonzero(place < 0) <= len(empty) else range(count)


def _most_even(
    full: Sequence[NDArray[np.float64]],
    part: Sequence[NDArray[np.float64]],
    wanted: NDArray[np.float64],
    open_to: Sequence[int],
) -> int:
    """The fold that can take a group's shares of the classes and leave all folds most alike."""
    costs = {}
    for fold in open_to:
        cost = []
        for now, more in zip(full, part, strict=True):
            tried = now.copy()
            tried[fold] += more
            cost.append(round(float((tried / wanted).std(axis=0).mean()), 12))
        costs[fold] = (*cost, float((full[0] / wanted)[fold].sum()))
    return min(open_to, key=costs.__getitem__)


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


def random_parts(labels: Sequence[str], shares: Sequence[float], seed: int) -> NDArray[np.intp]:
    """Deal single slices by shares, class by class. This leaks like `random`.

    Args:
        labels: Per slice.
        shares: Of each part, adding up to 1.
        seed: Of the shuffle.

    Returns:
        (N,) part of each slice.
    """
    dealt = np.empty(len(labels), np.intp)
    generator = np.random.default_rng(seed)
    named = np.asarray(labels)
    for label in np.unique(named):
        mine = generator.permutation(np.flatnonzero(named == label))
        ends = np.round(np.cumsum(shares) * len(mine)).astype(int)
        dealt[mine] = np.searchsorted(ends, np.arange(len(mine)), side="right")
    return dealt
