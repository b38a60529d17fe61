"""Whether a map stays where it is when the slice hardly changes.

A reader wouldn't look elsewhere because a slice was moved by some pixels or is a little noisier. A map
that does is one of chance (Alvarez-Melis and Jaakkola 2018, arXiv:1806.08049).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from core.explain.faithfulness.ranks import spearman
from core.explain.methods import METHODS
from core.explain.values import Explanation, Floats, Square, Step

Again = Callable[[Square], Explanation]
"""Explains a changed square with the same ask."""

NOISE_SD: Final = 2.0
"""Of the added noise, grey levels of 255: less than what a scanner's dose makes of it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is done to a square.

    Attributes:
        words: For a person, after "when the slice is".
        right: How far it is moved, pixels; negative is to the left.
        down: Likewise; negative is up.
        seed: Of the noise that is added; None adds none.
    """

    words: str
    right: int = 0
    down: int = 0
    seed: int | None = None

    def of(self, square: Square) -> Square:
        """The changed square; where nothing is known, its edge goes on."""
        moved = np.roll(_padded(square, self.reach), (self.down, self.right), axis=(0, 1))
        cut = slice(self.reach, self.reach + len(square))
        changed = np.asarray(moved[cut, cut], np.uint8)
        if self.seed is None:
            return changed
        noise = np.random.default_rng(self.seed).normal(0.0, NOISE_SD, square.shape)
        return np.clip(np.rint(changed + noise), 0, 255).astype(np.uint8)

    def back(self, heat: Floats) -> Floats:
        """The map of a changed square, moved back, without the edge that was made up."""
        moved = np.roll(heat, (-self.down, -self.right), axis=(0, 1))
        return self.inner(moved)

    def inner(self, heat: Floats) -> Floats:
        """What both the square and the changed one show."""
        return heat[self.reach : len(heat) - self.reach, self.reach : heat.shape[1] - self.reach]

    @property
    def reach(self) -> int:
        return max(abs(self.right), abs(self.down))


CHANGES: Final = (
    Change("moved by 3 pixels to the right and down", 3, 3),
    Change("given a little noise", seed=1),
    Change("moved by 5 pixels to the left", right=-5),
    Change("given other noise", seed=2),
    Change("moved by 2 pixels up", down=-2),
    Change("given a third noise", seed=3),
)
"""In the order they are tried; a slow method gets the first ones."""

_RUNS: Final[Mapping[str, int]] = MappingProxyType(
    {"score-cam": 2, "occlusion": 2, "kernel-shap": 2, "integrated-gradients": 2, "smooth-grad": 2,
     "saliency": 4, "grad-cam": 4, "grad-cam++": 4, "layer-cam": 4}
)  # fmt: skip
"""How many changes a method is tried on: one shift and one noise where a map takes long, all six for the
closed form, whose map is one forward pass."""


def changes(method: str) -> tuple[Change, ...]:
    """What is done to a slice for a method, a key of the table."""
    return CHANGES[: _RUNS.get(method, len(CHANGES) if METHODS[method].needs == "answer" else 2)]


def stability(square: Square, explanation: Explanation, again: Again, step: Step) -> dict[str, float]:
    """Rank correlation of a map with the map of the changed slice.

    Args:
        square: (S, S) uint8 that was explained.
        explanation: Its map, not flat.
        again: Explains another square with the same ask.
        step: Told the share that is done.

    Returns:
        By the change's words, -1..1; 0 where the changed slice's map is flat: nothing is left of it.

    Raises:
        Cancelled: By ``step``.
    """
    size, wanted = len(square), changes(explanation.ask.method)
    here, found = explanation.square(size), {}
    for number, change in enumerate(wanted, start=1):
        there = change.back(again(change.of(square)).square(size))
        found[change.words] = spearman(change.inner(here), there) or 0.0
        step(number / len(wanted))
    return found


def _padded(square: Square, by: int) -> Square:
    return np.pad(square, by, mode="edge") if by else square
