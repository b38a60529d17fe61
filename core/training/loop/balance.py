"""Making up for rare classes: by the weight of their loss, or by drawing them more often."""

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.intp]


def weights(labels: Labels) -> NDArray[np.float32]:
    """What each slice's loss counts: all classes alike in sum, 1 on average.

    Args:
        labels: (N,) class numbers; a class that isn't there plays no part.

    Returns:
        (N,) N / (classes x slices of the class).
    """
    counts = np.bincount(labels)
    return np.asarray(len(labels) / ((counts > 0).sum() * counts[labels]), np.float32)


def drawn(labels: Labels, rng: np.random.Generator) -> Labels:
    """Slices of an epoch in which all classes come alike often.

    A slice comes again only once all others of its class have come.

    Args:
        labels: (N,) class numbers.
        rng: Settles which, and in which order.

    Returns:
        (N,) numbers of slices.
    """
    present = np.unique(labels)
    shares = np.full(len(present), len(labels) // len(present))
    shares[: len(labels) % len(present)] += 1
    rng.shuffle(shares)
    found = [
        _rounds(np.flatnonzero(labels == one), share, rng) for one, share in zip(present, shares, strict=True)
    ]
    return rng.permutation(np.concatenate(found))


def _rounds(slices: Labels, count: int, rng: np.random.Generator) -> Labels:
    times = -(-count // len(slices))
    return np.concatenate([rng.permutation(slices) for _ in range(times)] or [slices[:0]])[:count]
