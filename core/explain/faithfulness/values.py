"""How far one map can be believed, as numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

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
    """

    shares: NDArray[np.float64]
    probabilities: NDArray[np.float64]

    @property
    def area(self) -> float:
        """Area under the curve, 0..1 (trapezoids)."""
        return float(np.trapezoid(self.probabilities, self.shares))


@dataclass(frozen=True, slots=True, eq=False)
class Trust:
    """How far one map can be believed.

    Attributes:
        ask: Which map.
        deletion: The hottest places blurred first: falls fast where the map is right.
        insertion: The hottest places made sharp first: rises fast where the map is right.
        random_deletion: (m,) areas of the same curve for random maps of like smoothness.
        random_insertion: (m,) likewise.
        stability: Rank correlation of the map with itself, by what was done to the slice, -1..1.
        level: The sum of it, see `core.explain.faithfulness.words`; ``"flat"`` where there is no map to
            believe.
        sentences: The same for a person, the most important one first.
    """

    ask: Ask
    deletion: Curve
    insertion: Curve
    random_deletion: NDArray[np.float64]
    random_insertion: NDArray[np.float64]
    stability: Mapping[str, float]
    level: Level
    sentences: tuple[str, ...]
