"""Many slices together: where a model looks for a class on the whole, and which maps can be believed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from core.domain import Prediction
from core.explain.cam import explanation
from core.explain.faithfulness.values import Level, Trust
from core.explain.faithfulness.words import share_beaten
from core.explain.values import Explanation, Floats, Square, Target

SIDE: Final = 160
"""Of a mean map, pixels over the model's square."""
LEVELS: Final[tuple[Level, ...]] = ("good", "fair", "poor", "flat")
"""From the most trustworthy to no map at all."""


@dataclass(frozen=True, slots=True, eq=False)
class Mean:
    """Where a model looks for one class, on the whole.

    Attributes:
        label: The class.
        heat: (`SIDE`, `SIDE`) mean over the maps that point somewhere, 0..1 over the model's square: each
            slice counts alike, whatever its map's peak. 0 where there is none.
        count: How many slices were answered as this class.
        flat: How many of them have a map that points nowhere; they are not in the mean.
    """

    label: str
    heat: Floats
    count: int
    flat: int


def answered(predictions: Iterable[Prediction]) -> Iterator[Explanation]:
    """The closed form of each answer, for the class it gave; declined ones are left out."""
    for one in predictions:
        if one.label is not None:
            yield explanation(one, Target(one.label))


def means(explanations: Iterable[Explanation], labels: Sequence[str]) -> tuple[Mean, ...]:
    """Mean heat for each class.

    Args:
        explanations: One a slice, for the class it was answered as; on whatever grids, over the same
            model's square.
        labels: The model's classes, in the bundle's order.

    Returns:
        One a class, in that order; a class that no slice was answered as has no heat and a count of 0.

    Raises:
        ValueError: A map is of a class that the model doesn't have.
    """
    total = {label: np.zeros((SIDE, SIDE)) for label in labels}
    count, flat = dict.fromkeys(labels, 0), dict.fromkeys(labels, 0)
    for one in explanations:
        label = one.ask.target.label
        if label not in total:
            raise ValueError(f"labels must be the model's own, {label!r} isn't among {', '.join(labels)}")
        count[label] += 1
        flat[label] += one.flat
        total[label] += one.square(SIDE)
    return tuple(
        Mean(label, _over(total[label], count[label] - flat[label]), count[label], flat[label])
        for label in labels
    )


def mean_square(squares: Iterable[Square]) -> Square:
    """What a model is shown on the whole: slices laid over one another, so that heat has anatomy below it.

    Args:
        squares: (S, S) each, of any size; at least one.

    Returns:
        (`SIDE`, `SIDE`) grey.

    Raises:
        ValueError: There are none.
    """
    total, count = np.zeros((SIDE, SIDE)), 0
    for count, one in enumerate(squares, start=1):  # noqa: B007 - how many there were
        total += cv2.resize(one, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    if not count:
        raise ValueError("squares must hold at least one")
    return np.asarray(np.rint(total / count), np.uint8)


def ranked(trusts: Mapping[str, Trust]) -> tuple[str, ...]:
    """Maps from the most to the least trustworthy.

    The rule: first the level (good, fair, poor, see `core.explain.faithfulness.words`), within a level the
    share of random maps that the map beats, then its least stability, then the name. Flat maps come last:
    there is nothing to believe.

    Args:
        trusts: By any name of the map.

    Returns:
        The names.
    """
    return tuple(sorted(trusts, key=lambda name: (*_order(trusts[name]), name)))


def _order(trust: Trust) -> tuple[int, float, float]:
    level = LEVELS.index(trust.level)
    if trust.level == "flat":
        return level, 0.0, 0.0
    return level, -share_beaten(trust.curves), -min(trust.stability.values(), default=0.0)


def _over(total: np.ndarray[tuple[int, int], np.dtype[np.float64]], count: int) -> Floats:
    return np.asarray(total / max(count, 1), np.float32)
