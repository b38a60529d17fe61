"""How each patient block fared with each of several runs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.comparison.foreign import number
from core.comparison.loading import Details
from core.evaluation import curves


@dataclass(frozen=True, slots=True)
class Line:
    """One class's slices of one patient block.

    Attributes:
        group: The block.
        label: The class.
        slices: Of each run in their order; None where it wasn't asked about them.
        right: How many of these it answered right; the mean over the dealings of the folds where there
            were several.
        shares: These as shares, 0..1.
        delta: The last run's share less the first's; None where one of the two has none.
    """

    group: str
    label: str
    slices: tuple[int | None, ...]
    right: tuple[float | None, ...]
    shares: tuple[float | None, ...]
    delta: float | None

    @property
    def spread(self) -> float:
        """How far the runs are apart, 0..1."""
        there = [one for one in self.shares if one is not None]
        return max(there) - min(there) if len(there) > 1 else 0.0


def lines(several: Sequence[Details]) -> list[Line]:
    """What became of each patient block, where the runs are furthest apart first, then the worst first.

    Args:
        several: The runs; those without answers and curves have None everywhere.
    """
    found = [_of(one) for one in several]
    keys = dict.fromkeys(key for one in found for key in one)
    made = [_line(*key, [one.get(key) for one in found]) for key in keys]
    return sorted(made, key=lambda one: (-one.spread, _worst(one), one.group, one.label))


def _line(group: str, label: str, found: Sequence[tuple[int, float] | None]) -> Line:
    shares = tuple(one[1] / one[0] if one else None for one in found)
    first, last = shares[0], shares[-1]
    delta = last - first if len(found) > 1 and first is not None and last is not None else None
    slices = tuple(one[0] if one else None for one in found)
    right = tuple(one[1] if one else None for one in found)
    return Line(group, label, slices, right, shares, delta)


def _worst(line: Line) -> float:
    return min((one for one in line.shares if one is not None), default=1.0)


def _of(one: Details) -> dict[tuple[str, str], tuple[int, float]]:
    """Slices and right answers by block and class."""
    found, answers = one.curves().get("groups"), one.answered()
    if not isinstance(found, Sequence) and answers:
        found = curves.of(answers)["groups"]
    rows = found if isinstance(found, Sequence) else ()
    table = {}
    for row in rows:
        if isinstance(row, Mapping) and (slices := number(row.get("slices"))) >= 1 and math.isfinite(slices):
            right = number(row.get("right"))
            key = str(row.get("group")), str(row.get("label"))
            table[key] = (round(slices), right if math.isfinite(right) else 0.0)
    return table
