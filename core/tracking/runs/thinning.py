"""A history of very many values as few points that look alike."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.tracking.runs.values import History

_A_BUCKET = 3
"""Points that a bucket may keep: its least, its largest, and one that is no number."""


def thinned(history: History, most: int) -> History:
    """As few values of a history as a drawing needs.

    The first and the last value stay, and of each stretch between them its least and its largest, so
    that no peak is lost, and one that is no number, so that no gap is.

    Args:
        history: All values.
        most: Keep at most so many; at least 5.

    Returns:
        The same one where it is short enough; else one with `History.thinned_from` set.
    """
    count = len(history.values)
    if count <= most:
        return history
    buckets = max(1, (most - 2) // _A_BUCKET)
    edges = np.linspace(1, count - 1, buckets + 1).astype(int)
    kept = [np.array([0, count - 1])]
    kept += [start + _of_bucket(history.values[start:end]) for start, end in pairwise(edges) if end > start]
    at = np.unique(np.concatenate(kept))
    total = count if history.thinned_from is None else history.thinned_from
    return replace(
        history,
        steps=history.steps[at],
        at=history.at[at],
        values=history.values[at],
        thinned_from=total,
    )


def _of_bucket(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """(1..3,) where in a bucket the values are that stay."""
    odd = np.flatnonzero(~np.isfinite(values))[:1]
    if len(odd) == 0:
        return np.array([np.argmin(values), np.argmax(values)])
    if not np.isfinite(values).any():
        return odd
    low, high = (np.where(np.isfinite(values), values, other) for other in (np.inf, -np.inf))
    return np.array([np.argmin(low), np.argmax(high), odd[0]])
