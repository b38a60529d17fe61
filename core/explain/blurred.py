"""What a part of a square is replaced by, everywhere: the same square, blurred until findings are gone."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from core.explain.values import Floats

SHARE: Final = 20
"""The Gaussian's sigma is the square's side over this."""


def blurred(square: NDArray[np.uint8] | Floats) -> Floats:
    """The square without its detail: a stone, a cyst's edge or a tumour melts into what lies around it.

    Deletion, insertion, occlusion, superpixels and the search for a flip all replace by this, and not
    by black: black is air, which no kidney holds, and a hole of it is a finding of its own. Blurring as
    the replacement is Fong and Vedaldi 2017, arXiv:1704.03296, section 4.

    Args:
        square: (S, S) grey 0..255, prepared as the bundle says.

    Returns:
        (S, S) float32 grey 0..255; a constant square is itself.

    Raises:
        ValueError: It is no square.
    """
    if square.ndim != 2 or square.shape[0] != square.shape[1] or square.size == 0:
        raise ValueError(f"square must be (S, S), got {square.shape}")
    soft = cv2.GaussianBlur(square.astype(np.float32), (0, 0), len(square) / SHARE)
    # rounding may leave the range that it averages by a hair
    return np.asarray(np.clip(soft, square.min(), square.max()), np.float32)


def without(
    square: NDArray[np.uint8] | Floats, soft: Floats, rows: tuple[int, int], columns: tuple[int, int]
) -> Floats:
    """The square with one patch of it blurred away; nothing outside the patch changes.

    Its edge is sharp: one that fades in was tried, and gave no better maps by their deletion curves.

    Args:
        square: (S, S) grey 0..255.
        soft: (S, S) `blurred` of it.
        rows: First row of the patch, and the one after its last.
        columns: Likewise.

    Returns:
        (S, S) float32 grey 0..255.
    """
    mixed = square.astype(np.float32)
    part = slice(*rows), slice(*columns)
    mixed[part] = soft[part]
    return mixed
