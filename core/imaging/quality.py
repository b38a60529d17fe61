"""Reasons to give no answer that can be seen on the picture alone.

The bounds come from measuring 7,551 real CT slices, 140 of other hospitals and 147 other pictures;
each leaves room beyond the most unusual real slice. What these checks let through, the model's own
feature distance has to catch.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from core.domain import Reason, Scan

LEAST_SIDE = 64
MOST_ASPECT = 3.0
BLANK_STD = 8.0
BLACK, WHITE = 16, 250
LEAST_MIDDLE = 0.04
MOST_WHITE_OF_LIT = 0.6
LEAST_DARK = 0.08
MOST_MEDIAN = 150
MOST_COLOUR = 0.03
MOST_ROUGHNESS = 0.75
GENERIC_MODALITIES = frozenset({"CT", "OT", "SC"})


def check(grey: NDArray[np.uint8], scan: Scan) -> list[Reason]:
    """Look for reasons not to answer.

    Args:
        grey: (H, W) uint8, the slice in the model's window (`core.imaging.preprocess.model_grey`).
        scan: The slice it was made from.

    Returns:
        Reasons with code ``"poor-image"`` or ``"not-ct"``; empty when nothing speaks against it.
    """
    poor = _shape(grey)
    if poor:
        return [*poor, *_declared(scan)]
    few = _small(grey)
    spread = float(cv2.meanStdDev(few)[1][0, 0])
    if spread < BLANK_STD:
        return [_poor("The picture is blank: it shows almost nothing but one grey."), *_declared(scan)]
    shares = cv2.calcHist([few], [0], None, [256], [0, 256]).ravel() / few.size
    return [*_clipped(shares), *(_declared(scan) or _unlike(few, shares, spread))]


def _shape(grey: NDArray[np.uint8]) -> list[Reason]:
    height, width = grey.shape
    if min(height, width) < LEAST_SIDE:
        return [
            _poor(f"The picture is only {width} x {height} pixels; it needs at least {LEAST_SIDE} a side.")
        ]
    if max(height, width) > MOST_ASPECT * min(height, width):
        return [_poor("The picture is a narrow strip, not a whole slice.")]
    return []


def _small(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Every nth pixel; averaging would invent middle greys that a clipped picture lacks."""
    step = max(1, max(grey.shape) // 256)
    return np.ascontiguousarray(grey[::step, ::step])


def _clipped(shares: NDArray[np.float32]) -> list[Reason]:
    white, middle = float(shares[WHITE:].sum()), float(shares[BLACK + 1 : WHITE].sum())
    if middle < LEAST_MIDDLE:
        return [
            _poor("The picture has black and white but hardly any grey between: its contrast is cut off.")
        ]
    if white > MOST_WHITE_OF_LIT * (white + middle):
        return [_poor("Most of what the picture shows is pure white: its contrast is cut off.")]
    return []


def _declared(scan: Scan) -> list[Reason]:
    if scan.modality is not None and scan.modality not in GENERIC_MODALITIES:
        return [_not_ct(f"The file says that it is {scan.modality}, not CT.")]
    if scan.colour > MOST_COLOUR:
        return [_not_ct("The picture is in colour; CT slices are grey.")]
    return []


def _unlike(grey: NDArray[np.uint8], shares: NDArray[np.float32], spread: float) -> list[Reason]:
    if float(shares[: MOST_MEDIAN + 1].sum()) < 0.5:
        return [
            _not_ct("The picture is mostly bright; a CT slice has dark air around the body. Is it inverted?")
        ]
    if float(shares[: BLACK + 1].sum()) < LEAST_DARK:
        return [
            _not_ct(
                "Hardly anything in the picture is as dark as air, which surrounds the body on a CT slice."
            )
        ]
    if roughness(grey) > MOST_ROUGHNESS * spread:
        return [_not_ct("The picture looks like noise, not like a slice.")]
    return []


def roughness(grey: NDArray[np.uint8]) -> float:
    """Mean absolute step to the next pixel; 1.13 standard deviations for white noise."""
    return float(cv2.mean(cv2.absdiff(grey[:, 1:], grey[:, :-1]))[0])


def _poor(sentence: str) -> Reason:
    return Reason("poor-image", sentence)


def _not_ct(sentence: str) -> Reason:
    return Reason("not-ct", sentence)
