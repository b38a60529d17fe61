"""Where the body is on a slice, so that table and air don't take the model's pixels."""

import cv2
import numpy as np
from numpy.typing import NDArray

WORK_SIDE = 160
ABOVE_AIR = 12
CLOSING = np.ones((3, 3), np.uint8)
OPENING = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
LEAST_SHARE = 0.04
PART_SHARE = 0.06
BIT_SHARE = 0.001
MARGIN = 0.01

Box = tuple[int, int, int, int]


def find(grey: NDArray[np.uint8]) -> Box:
    """The body's bounding box.

    Bright components after a blur, holes filled, then an opening, all on a small copy. Filling
    comes first because a narrow window shows fat as black: the skin is a thin ring then, and an
    opening alone would leave islands of muscle. The opening drops the table, which is thin.

    Args:
        grey: (H, W) uint8 slice, air dark.

    Returns:
        ``(left, top, right, bottom)`` in pixels, right and bottom exclusive; the whole slice
        where nothing is bright enough or what is found is too small to be a body.
    """
    height, width = grey.shape
    whole = (0, 0, width, height)
    small = _smaller(grey)
    if min(small.shape) < 3:  # nothing to blur; OpenCV takes a lone pixel for a scalar
        return whole
    _, _, stats, centroids = cv2.connectedComponentsWithStats(_solid(small), connectivity=8)
    parts = _parts(stats[1:], centroids[1:, 1], LEAST_SHARE * small.size)
    if not len(parts):
        return whole
    left, top = parts[:, 0].min(), parts[:, 1].min()
    right, bottom = (parts[:, 0] + parts[:, 2]).max(), (parts[:, 1] + parts[:, 3]).max()
    return _grow((left, top, right, bottom), width / small.shape[1], height / small.shape[0], whole)


def mask(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which pixels are body: the convex hull of all that is bright enough and neither thin nor table.

    The hull, because lungs that are open to the picture's edge, and fat under a narrow window, are as
    black as air and are body all the same; and of smaller parts than `find` needs for its box, because a
    spleen or a rib may lie alone in such fat. So it errs towards body: the air between an arm and the
    trunk counts as it. Burnt-in text is thin and is none.

    Args:
        grey: (H, W) uint8 slice, air dark.

    Returns:
        (H, W) bool; all True where no body is found.
    """
    height, width = grey.shape
    small = _smaller(grey)
    found = np.zeros(small.shape, np.uint8)
    if min(small.shape) >= 3:
        _, labels, stats, centroids = cv2.connectedComponentsWithStats(_solid(small), connectivity=8)
        parts = _parts(stats[1:], centroids[1:, 1], LEAST_SHARE * small.size, BIT_SHARE * small.size)
        chosen = [number for number, one in enumerate(stats) if number and (parts == one).all(axis=1).any()]
        found = np.isin(labels, chosen).astype(np.uint8)
    if not found.any():
        return np.ones((height, width), bool)
    filled = cv2.fillConvexPoly(np.zeros(small.shape, np.uint8), cv2.convexHull(cv2.findNonZero(found)), 255)
    filled = cv2.dilate(filled, CLOSING)  # heat that a grid's coarseness spills over the skin isn't outside
    return np.asarray(cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR) > 127)


def _smaller(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A copy whose longer side is `WORK_SIDE` at most."""
    height, width = grey.shape
    factor = min(1.0, WORK_SIDE / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA) if factor < 1 else grey)


def _parts(
    stats: NDArray[np.int32], centres: NDArray[np.float64], least: float, bit: float | None = None
) -> NDArray[np.int32]:
    """The components that are body; one whose centre is below the largest is the table.

    The largest has at least ``least`` pixels, the others ``bit``, or a share of the largest.
    """
    areas = stats[:, cv2.CC_STAT_AREA]
    if not len(areas) or areas.max() < least:
        return stats[:0]
    largest = stats[int(np.argmax(areas))]
    floor = largest[cv2.CC_STAT_TOP] + 0.95 * largest[cv2.CC_STAT_HEIGHT]
    enough = PART_SHARE * areas.max() if bit is None else bit
    return np.asarray(stats[(areas >= enough) & (centres < floor)])


def _solid(small: NDArray[np.uint8]) -> NDArray[np.uint8]:
    blurred = cv2.GaussianBlur(small, (3, 3), 0)
    air = float(np.partition(small, small.size // 50, axis=None)[small.size // 50])
    _, mask = cv2.threshold(blurred, air + ABOVE_AIR, 255, cv2.THRESH_BINARY)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, CLOSING)
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(mask, outlines, -1, 255, cv2.FILLED)
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, OPENING))


def _grow(box: Box, x_factor: float, y_factor: float, whole: Box) -> Box:
    left, top, right, bottom = box[0] * x_factor, box[1] * y_factor, box[2] * x_factor, box[3] * y_factor
    margin = MARGIN * max(right - left, bottom - top)
    return (
        max(0, int(left - margin)),
        max(0, int(top - margin)),
        min(whole[2], int(np.ceil(right + margin))),
        min(whole[3], int(np.ceil(bottom + margin))),
    )
