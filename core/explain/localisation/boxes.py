"""Boxes as YOLO writes them, to a mask: ``class x y width height`` a line, in shares of the picture."""

from math import ceil, floor, isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

VALUES: Final = 5
SLACK: Final = 2e-3
"""How far a box may reach past the picture: what rounding does to shares."""


def mask(text: str, height: int, width: int) -> NDArray[np.bool_]:
    """The pixels that lie in any of the boxes, those that an edge cuts through with them.

    Args:
        text: A label file's; empty lines are passed over.
        height: The slice's, pixels.
        width: The slice's, pixels.

    Returns:
        (H, W) bool.

    Raises:
        ValueError: A line is no box, a box reaches past the picture, or there is none; a part of a
            sentence about the file says which.
    """
    found = np.zeros((height, width), bool)
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            left, top, right, bottom = _edges(line.split(), number)
            rows = slice(max(0, floor(top * height)), max(1, ceil(bottom * height)))
            found[rows, max(0, floor(left * width)) : max(1, ceil(right * width))] = True
    if not found.any():
        raise ValueError("has no box")
    return found


def _edges(values: list[str], number: int) -> tuple[float, float, float, float]:
    """Left, top, right and bottom, in shares of the picture."""
    if len(values) != VALUES:
        raise ValueError(f"has {len(values)} values in line {number} where a box has {VALUES}")
    try:
        x, y, width, height = (float(value) for value in values[1:])
        int(values[0])
    except ValueError:
        raise ValueError(f"has something that is no number in line {number}") from None
    if not all(map(isfinite, (x, y, width, height))) or width <= 0 or height <= 0:
        raise ValueError(f"has a box without a size in line {number}")
    edges = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    if min(edges) < -SLACK or max(edges) > 1 + SLACK:
        raise ValueError(f"has a box outside the picture in line {number}")
    return edges
