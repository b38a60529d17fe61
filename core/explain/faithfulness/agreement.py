"""How far several methods' maps of one slice agree; numpy and cv2 alone, for the web process."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from core.explain.faithfulness.ranks import overlap, spearman
from core.explain.values import Explanation, Floats

GRID: Final = 40
"""Side of the common grid: fine enough for any layer, coarse enough that single pixels don't count."""
HOTTEST: Final = 0.1
"""Share of the slice whose overlap is looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """Of n maps, each with each.

    Attributes:
        methods: Their keys, in order.
        rank: (n, n) rank correlation, -1..1; NaN where one of the two is flat.
        hottest: (n, n) intersection over union of the hottest tenth, 0..1; NaN where one is flat.
    """

    methods: tuple[str, ...]
    rank: NDArray[np.float64]
    hottest: NDArray[np.float64]

    def with_others(self, method: str) -> float | None:
        """A method's mean rank correlation with the others; None where there is none to compare."""
        at = self.methods.index(method)
        values = np.delete(self.rank[at], at)
        known = values[~np.isnan(values)]
        return float(known.mean()) if known.size else None


def agreement(explanations: Sequence[Explanation]) -> Agreement:
    """Compare maps of one slice and one target.

    Args:
        explanations: On whatever grids, over the same square.
    """
    grids = [None if one.flat else on_grid(one) for one in explanations]
    count = len(grids)
    rank, hottest = np.full((count, count), np.nan), np.full((count, count), np.nan)
    for row, one in enumerate(grids):
        for column, other in enumerate(grids):
            if one is None or other is None:
                continue
            rank[row, column] = _number(spearman(one, other))
            hottest[row, column] = _number(overlap(one, other, HOTTEST))
    return Agreement(tuple(one.ask.method for one in explanations), rank, hottest)


def on_grid(explanation: Explanation, side: int = GRID) -> Floats:
    """A map on the common grid, (side, side): cells' means where it is finer, bilinear where coarser."""
    support = explanation.support
    finer = min(support.shape) > side
    way = cv2.INTER_AREA if finer else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(support, (side, side), interpolation=way), np.float32)


def _number(value: float | None) -> float:
    return np.nan if value is None else value
