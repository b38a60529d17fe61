"""Where the body is on a slice, so that table and air don't take the model's pixels."""

import cv2
import numpy as np
from numpy.typing import NDArray

WORK_SIDE = 160
BRIGHT = 28
LEAST_SHARE = 0.05
MARGIN = 0.01

Box = tuple[int, int, int, int]


def find(grey: NDArray[np.uint8]) -> Box:
    """The body's bounding box.

    The largest bright component after a blur and an opening, found on a small copy. The opening
    parts the table, which is thin, from the body, which isn't.

    Args:
        grey: (H, W) uint8 slice, air dark.

    Returns:
        ``(left, top, right, bottom)`` in pixels, right and bottom exclusive; the whole slice
        where nothing is bright enough or what is found is too small to be a body.
    """
    height, width = grey.shape
    whole = (0, 0, width, height)
    factor = min(1.0, WORK_SIDE / max(height, width))
    small_size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = cv2.resize(grey, small_size, interpolation=cv2.INTER_AREA) if factor < 1 else grey
    mask = cv2.compare(cv2.GaussianBlur(small, (5, 5), 0), BRIGHT, cv2.CMP_GT)
    side = max(3, max(small_size) // 24 | 1)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count < 2:
        return whole
    body = stats[1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))]
    if body[cv2.CC_STAT_AREA] < LEAST_SHARE * mask.size:
        return whole
    return _scale(body, width / small_size[0], height / small_size[1], whole)


def _scale(stats: NDArray[np.int32], x_factor: float, y_factor: float, whole: Box) -> Box:
    left, top, wide, high = (int(value) for value in stats[:4])
    margin = MARGIN * max(wide * x_factor, high * y_factor)
    return (
        max(0, int(left * x_factor - margin)),
        max(0, int(top * y_factor - margin)),
        min(whole[2], int(np.ceil((left + wide) * x_factor + margin))),
        min(whole[3], int(np.ceil((top + high) * y_factor + margin))),
    )
