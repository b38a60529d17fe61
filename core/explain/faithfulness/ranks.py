"""Rank correlation and overlap of two maps; numpy alone, so that the web process stays small."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def ranks(values: NDArray[Any]) -> NDArray[np.float64]:
    """The place of each value in their order, ties at the mean of their places.

    Args:
        values: Any shape.

    Returns:
        (n,) from 1 to n, in the order of the flattened values.
    """
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[places.ravel()], np.float64)


def spearman(one: NDArray[Any], other: NDArray[Any]) -> float | None:
    """Rank correlation of two maps of one shape, place by place.

    Spearman 1904, doi:10.2307/1412159.

    Args:
        one: A map.
        other: Another one.

    Returns:
        -1 (turned round) over 0 (nothing in common) to 1 (the same order); None where one of them has
        the same value everywhere, which has no order.

    Raises:
        ValueError: Their shapes differ.
    """
    if one.shape != other.shape:
        raise ValueError(f"maps must have one shape, got {one.shape} and {other.shape}")
    first, second = ranks(one), ranks(other)
    first, second = first - first.mean(), second - second.mean()
    spread = float(np.sqrt((first @ first) * (second @ second)))
    return float(np.clip(first @ second / spread, -1.0, 1.0)) if spread > 0 else None


def hottest(values: NDArray[Any], share: float) -> NDArray[np.bool_]:
    """Where a map is hottest: the places whose value reaches that of the last one within the share.

    Args:
        values: A map, at least one place.
        share: Of all places, 0 to 1; at least one place is taken, and all that are as hot as the last.
            Places of value 0 or less aren't hot and are never taken.
    """
    count = max(1, round(share * values.size))
    least = np.partition(values.ravel(), values.size - count)[values.size - count]
    return np.asarray((values >= least) & (values > 0))


def overlap(one: NDArray[Any], other: NDArray[Any], share: float) -> float | None:
    """What the hottest places of two maps share: intersection over union, 0 to 1.

    Returns:
        None where neither has a hot place.
    """
    first, second = hottest(one, share), hottest(other, share)
    union = int((first | second).sum())
    return float((first & second).sum() / union) if union else None
