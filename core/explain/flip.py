"""What would change the answer: the smallest patch that, blurred away, gives another class."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from core.domain import Placement
from core.explain.blurred import blurred, without
from core.explain.network import Network, probabilities
from core.explain.values import Floats, Square, Step

SHARES: Final = (32, 24, 16, 12, 10, 8, 6, 5, 4, 3, 2)
"""Sides of the patches that are tried, smallest first: the square's side over these."""
SCAN: Final = 10
"""The first look cuts the square into this many patches along each side."""
STARTS: Final = 6
"""How many places of each size are tried before the best of them is refined."""
HALVINGS: Final = 4
"""How often the size of a patch that was found is halved towards the last one that wasn't enough."""
MOST: Final = 1 + SCAN**2 + len(SHARES) * (STARTS + 16) + HALVINGS
"""Most passes: 347."""

Patch = tuple[int, int, int]
"""Row and column of a patch's upper left pixel in the square, and its side."""


@dataclass(frozen=True, slots=True)
class Flip:
    """The smallest occlusion found that changes the most probable class.

    Attributes:
        left: x of the patch's left edge in the slice's own pixels.
        top: y of its top edge.
        side: Its side length in the slice's own pixels.
        share: Its part of the square that the model saw, 0..1.
        before: The most probable class without it, and its probability.
        after: The most probable class with it, and its probability.
        tried: How many patches were tried.
    """

    left: int
    top: int
    side: int
    share: float
    before: tuple[str, float]
    after: tuple[str, float]
    tried: int


def flip(network: Network, square: Square, placement: Placement, step: Step) -> Flip | None:
    """Find it.

    The square is looked over once, in patches of a tenth of its side. Then, from the smallest size to
    half of the square, the places are tried where the first look promises most, and around the best of
    them in two ever finer steps. The first that changes the answer is shrunk around its middle. It is the
    smallest of those tried, at most 347; a smaller one that was not tried may be there.

    Args:
        network: The model.
        square: (S, S) uint8, prepared as the bundle says.
        placement: Where the square lies on the slice.
        step: Told the share that is done; raises `Cancelled` where nobody wants the rest.

    Returns:
        The patch; None where none of the sizes tried changes the answer.
    """
    search = _Search(network, square, step)
    promise = search.scan()
    smaller, found = 0, None
    for share in SHARES:
        side = max(1, round(len(square) / share))
        best = min(_tries(search, promise, side), key=search.margin)
        if search.margin(best) < 0:
            found = _shrunk(search, best, smaller)
            break
        smaller = side
    step(1.0)
    return search.told(found, placement) if found else None


@dataclass(slots=True)
class _Search:
    """What was tried, so that nothing is tried twice."""

    network: Network
    square: Square
    step: Step
    soft: Floats = field(init=False)
    whole: Floats = field(init=False)
    tried: dict[Patch, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.soft = blurred(self.square)
        self.whole = self.network.logits(self.square[None])[0]

    def logits(self, patch: Patch) -> Floats:
        """(K,) with the patch blurred away."""
        row, column, side = patch
        part = slice(row, row + side), slice(column, column + side)
        if np.array_equal(self.soft[part], self.square[part]):
            return self.whole
        if patch not in self.tried:
            mixed = without(self.square, self.soft, (row, row + side), (column, column + side))
            self.tried[patch] = self.network.logits(mixed[None])[0]
            self.step(min(1.0, len(self.tried) / MOST))
        return self.tried[patch]

    def margin(self, patch: Patch) -> float:
        """By how many logits the answer still leads without the patch; below 0 it is another."""
        return _lead(self.logits(patch), int(self.whole.argmax()))

    def scan(self) -> Floats:
        """(S, S) how far the lead falls for each pixel that is blurred, from the first look."""
        edges = np.linspace(0, len(self.square), SCAN + 1).round().astype(int)[:-1]
        side = max(1, round(len(self.square) / SCAN))
        lead = _lead(self.whole, int(self.whole.argmax()))
        drops = [[lead - self.margin(self.inside(row, column, side)) for column in edges] for row in edges]
        size = self.square.shape
        spread = cv2.resize(np.array(drops, np.float32), size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(spread / side**2, np.float32)

    def inside(self, row: int, column: int, side: int) -> Patch:
        """A patch moved into the square."""
        last = len(self.square) - side
        return min(max(int(row), 0), last), min(max(int(column), 0), last), side

    def told(self, patch: Patch, placement: Placement) -> Flip:
        """What a person is told of it, in the slice's own pixels."""
        row, column, side = patch
        scale = placement.side / len(self.square)
        temperature, labels = self.network.bundle.card.temperature, self.network.bundle.card.labels
        before, after = (probabilities(one, temperature) for one in (self.whole, self.logits(patch)))
        return Flip(
            left=placement.left + round(column * scale),
            top=placement.top + round(row * scale),
            side=max(1, round(side * scale)),
            share=side**2 / self.square.size,
            before=(labels[int(before.argmax())], float(before.max())),
            after=(labels[int(after.argmax())], float(after.max())),
            tried=len(self.tried),
        )


def _tries(search: _Search, promise: Floats, side: int) -> Iterator[Patch]:
    """Patches of one size: the most promising ones, then those around the best, twice."""
    best = None
    for patch in _promising(promise, side):
        yield patch
        best = min(best or patch, patch, key=search.margin)
    for move in (side // 2, side // 4):
        row, column, _ = best = best or search.inside(0, 0, side)
        for down in (-move, 0, move):
            for right in (-move, 0, move):
                patch = search.inside(row + down, column + right, side)
                yield patch
                best = min(best, patch, key=search.margin)


def _promising(promise: Floats, side: int) -> Iterator[Patch]:
    """The places where the lead should fall most, no two of them more than half over one another."""
    sums = cv2.boxFilter(promise, -1, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT)
    # the filter's value stands in the middle of its patch: places whose patch lies in the square
    half, places = side // 2, len(promise) - side + 1
    left = np.array(sums[half : half + places, half : half + places])
    for _ in range(STARTS):
        row, column = divmod(int(left.argmax()), places)
        if not np.isfinite(left[row, column]):
            return
        yield row, column, side
        near = slice(max(0, row - half), row + half + 1), slice(max(0, column - half), column + half + 1)
        left[near] = -np.inf


def _shrunk(search: _Search, patch: Patch, smaller: int) -> Patch:
    """The same patch, as small around its middle as still gives another answer."""
    row, column, side = patch
    enough, best = side, patch
    for _ in range(HALVINGS):
        middle = (smaller + enough) // 2
        if middle <= smaller:
            return best
        off = (side - middle) // 2
        one = (row + off, column + off, middle)
        if search.margin(one) < 0:
            enough, best = middle, one
        else:
            smaller = middle
    return best


def _lead(logits: Floats, top: int) -> float:
    return float(logits[top] - np.delete(logits, top).max())
