"""How far one map can be believed, as numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.explain.values import Ask

Level = Literal["good", "fair", "poor", "flat"]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """What becomes of the target's probability as more and more of the slice is replaced.

    Attributes:
        shares: (n,) share of the square's pixels that are blurred (deletion) or sharp (insertion),
            from 0 to 1.
        probabilities: (n,) the class's calibrated probability there; with a contrast, that of the class
            among the two.
        all: (n, K) every class's calibrated probability there, in the bundle's order.
    """

    shares: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    all: NDArray[np.float64]

    @property
    def area(self) -> float:
        """Area under the curve, 0..1 (trapezoids)."""
        return float(np.trapezoid(self.probabilities, self.shares))

    def at(self, share: float) -> float:
        """The probability where this share, 0..1, is replaced; between two points, linearly."""
        return float(np.interp(share, self.shares, self.probabilities))

    def area_over(self, shares: NDArray[np.float64]) -> float:
        """The area as some of the shares alone give it: to hold it against curves that have no more."""
        return float(np.trapezoid(np.interp(shares, self.shares, self.probabilities), shares))


class Curves(NamedTuple):
    """A map's curves and those of random maps of like smoothness.

    Attributes:
        deletion: The hottest places blurred first.
        insertion: The hottest places made sharp first.
        shares: (r,) at which random maps are asked about, some of the map's own.
        deletions: (m, r) probabilities of the random maps' deletion.
        insertions: (m, r) likewise.
    """

    deletion: Curve
    insertion: Curve
    shares: NDArray[np.float64]
    deletions: NDArray[np.float64]
    insertions: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Trust:
    """How far one map can be believed.

    Attributes:
        ask: Which map.
        deletion: The hottest places blurred first: falls fast where the map is right.
        insertion: The hottest places made sharp first: rises fast where the map is right.
        random_shares: (r,) at which random maps were asked about: some of the map's own shares.
        random_deletions: (m, r) probabilities of the same curve for random maps of like smoothness.
        random_insertions: (m, r) likewise.
        stability: Rank correlation of the map with itself, by what was done to the slice, -1..1.
        level: The sum of it, see `core.explain.faithfulness.words`; ``"flat"`` where there is no map to
            believe: then the curves have their two ends alone, and there is nothing else.
        sentences: The same for a person, the most important one first.
    """

    ask: Ask
    deletion: Curve
    insertion: Curve
    random_shares: NDArray[np.float64]
    random_deletions: NDArray[np.float64]
    random_insertions: NDArray[np.float64]
    stability: Mapping[str, float]
    level: Level
    sentences: tuple[str, ...]

    @property
    def curves(self) -> Curves:
        """All curves together."""
        return Curves(
            self.deletion, self.insertion, self.random_shares, self.random_deletions, self.random_insertions
        )

    @property
    def random_deletion(self) -> NDArray[np.float64]:
        """(m,) areas under the random maps' deletion curves."""
        return areas(self.random_shares, self.random_deletions)

    @property
    def random_insertion(self) -> NDArray[np.float64]:
        """(m,) areas under the random maps' insertion curves."""
        return areas(self.random_shares, self.random_insertions)


def areas(shares: NDArray[np.float64], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """(m,) areas under several curves (m, r) over the same shares (r,)."""
    return np.asarray(np.trapezoid(probabilities, shares, axis=1), np.float64)
