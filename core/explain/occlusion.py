"""How far the score falls when a patch is blurred away (Zeiler and Fergus 2014, arXiv:1311.2901)."""

from typing import Final

import numpy as np

from core.explain.blurred import blurred, without
from core.explain.network import Network
from core.explain.values import Ask, Floats, Square, Step

CELLS: Final = 16
"""The square is cut into this many cells along each side; the map has one value a cell."""
SPAN: Final = 2
"""A patch covers this many cells along each side, and is moved by one: an eighth of the square, half over."""
NOISE: Final = 1e-5
"""A drop of less than this share of the score is rounding, and is none."""


def attribute(network: Network, square: Square, ask: Ask, step: Step) -> Floats:
    """How far the target's score falls without each place, see `core.explain.asking.Attribute`.

    Patches of an eighth of the square's side are replaced by the blurred square, one at a time, each half
    a patch on from the one before: 226 passes. A cell's value is the mean over the patches that cover it:
    four, and fewer along the square's edges. A patch that blurring doesn't change costs no pass.

    Returns:
        (16, 16) float32 in logits: positive where the score falls without it. All 0 for a constant square.
    """
    weights = ask.target.weights(network.bundle.card.labels)
    soft, edges = blurred(square), np.linspace(0, len(square), CELLS + 1).round().astype(int)
    whole = float(weights @ network.logits(square[None])[0])
    places = CELLS - SPAN + 1
    drops = np.zeros((places, places))
    for at in range(places * places):
        row, column = divmod(at, places)
        rows = int(edges[row]), int(edges[row + SPAN])
        columns = int(edges[column]), int(edges[column + SPAN])
        part = slice(*rows), slice(*columns)
        if not np.array_equal(soft[part], square[part]):
            left = network.logits(without(square, soft, rows, columns)[None])[0]
            drops[row, column] = whole - float(weights @ left)
        step((at + 1) / (places * places))
    drops[np.abs(drops) < NOISE * max(1.0, abs(whole))] = 0.0
    return covered(drops)


def covered(drops: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Floats:
    """The mean, in each cell, of the patches that cover it.

    Args:
        drops: (n, n) a value for each patch, by its first cell.

    Returns:
        (n + 1, n + 1) float32.
    """
    total = np.zeros((len(drops) + SPAN - 1,) * 2)
    count = np.zeros_like(total)
    for down in range(SPAN):
        for right in range(SPAN):
            part = slice(down, down + len(drops)), slice(right, right + len(drops))
            total[part] += drops
            count[part] += 1
    return np.asarray(total / count, np.float32)
