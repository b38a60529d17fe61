"""A mean over slices and how far it can be trusted: the bootstrap over persons (Efron 1979)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

DRAWS: Final = 2000
_Z: Final = 1.96
SEED: Final = 20


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its 95 % interval.

    Attributes:
        value: The mean over slices.
        low: The interval's lower end; None where there is one person only, or none.
        high: Its upper end.
    """

    value: float
    low: float | None
    high: float | None


def mean(values: Sequence[float] | NDArray[np.float64], groups: Sequence[str]) -> Interval:
    """The mean over slices, its interval from drawing persons anew: slices of one person are alike.

    Args:
        values: One a slice.
        groups: Whom each slice is of.

    Returns:
        The same for the same arguments: what is drawn is seeded. 0 without slices.
    """
    several = np.asarray(values, np.float64)
    if not len(several):
        return Interval(0.0, None, None)
    names, place = np.unique(np.asarray(groups), return_inverse=True)
    if len(names) < 2:
        return Interval(float(several.mean()), None, None)
    sums, counts = np.bincount(place, several), np.bincount(place)
    drawn = np.random.default_rng(SEED).integers(0, len(names), (DRAWS, len(names)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return Interval(float(several.mean()), float(low), float(high))


def hits(values: Sequence[float] | NDArray[np.float64], groups: Sequence[str]) -> Interval:
    """As `mean`, of hits and misses: never narrower than Wilson's interval (1927) for as many persons.

    Drawing anew from misses alone gives misses alone, and an interval from 0 to 0 that nobody should
    believe of twenty slices.

    Args:
        values: One a slice, 0..1.
        groups: Whom each slice is of.
    """
    drawn, persons = mean(values, groups), len(set(groups))
    if drawn.low is None or drawn.high is None:
        return drawn
    share, more = drawn.value, _Z**2 / persons
    middle = (share + more / 2) / (1 + more)
    reach = _Z * float(np.sqrt(share * (1 - share) / persons + more / (4 * persons))) / (1 + more)
    return Interval(
        share, max(0.0, min(drawn.low, middle - reach)), min(1.0, max(drawn.high, middle + reach))
    )


def either(one: Interval, other: Interval) -> Interval:
    """The first, widened to hold the second."""
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return one
    return Interval(one.value, min(one.low, other.low), max(one.high, other.high))
