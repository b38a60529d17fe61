"""A slice on which somebody marked the lesion, or that was drawn with one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain import Scan
from core.imaging.archive import Refused


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """One slice and where its lesion is.

    Attributes:
        scan: The slice.
        mask: (H, W) bool in the slice's own pixels, True on the lesion; never empty.
        label: The lesion's class.
        source: Where it is from, e.g. ``"stone-coronal"``.
        group: Equal for slices believed to be of one person.
    """

    scan: Scan
    mask: NDArray[np.bool_]
    label: str
    source: str
    group: str

    def __post_init__(self) -> None:
        if self.mask.shape != self.scan.pixels.shape or self.mask.dtype != np.bool_:
            raise ValueError(f"mask must be bool {self.scan.pixels.shape}, got {self.mask.shape}")
        if not self.mask.any():
            raise ValueError("mask must mark something")


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What came out of an archive.

    Attributes:
        slices: Those that can be used, in the order of their names.
        left_out: Those that can't, and why.
    """

    slices: tuple[Marked, ...]
    left_out: tuple[Refused, ...]


def some(slices: tuple[Marked, ...], most: int) -> tuple[Marked, ...]:
    """At most so many of each source, evenly taken.

    Args:
        slices: Of several sources.
        most: At least 1.

    Returns:
        The same ones for the same arguments, in their order.
    """
    chosen: list[Marked] = []
    for source in dict.fromkeys(one.source for one in slices):
        of = [one for one in slices if one.source == source]
        places = np.linspace(0, len(of) - 1, min(most, len(of))).round().astype(int)
        chosen += [of[place] for place in places]
    return tuple(chosen)
