"""From a slice to what a model sees, the same for training, command line, API and page."""

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from core.config.params import Model
from core.domain import Placement, Scan, Window
from core.imaging import body, window

STRIP = 8
"""A cut this many times as long as it is wide is no body."""


class PreprocessSpec(BaseModel):
    """How a slice becomes a model's input; part of the bundle.

    The model itself turns grey 0..255 into whatever its backbone wants, so no normalisation is
    here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(320, ge=32, le=1024, description="side of the square input, pixels")
    crop_body: bool = Field(True, description="cut to the body first, table and air dropped")
    clahe_clip: float = Field(2.0, ge=0, description="CLAHE clip limit; 0 is no CLAHE")
    clahe_tiles: int = Field(8, ge=1, le=32, description="CLAHE tiles along each side")
    window_center: float = Field(40.0, description="HU window of DICOM input, centre")
    window_width: float = Field(400.0, ge=1, description="HU window of DICOM input, width")

    @classmethod
    def of(cls, chosen: Model) -> "PreprocessSpec":
        """What a recipe's parameters ask for."""
        return cls(size=chosen.size, crop_body=chosen.crop_body, clahe_clip=chosen.clahe_clip)


def model_grey(scan: Scan, spec: PreprocessSpec) -> NDArray[np.uint8]:
    """The slice in the grey that the model was trained on.

    The header's window and the one on screen play no part: they would let a display setting
    decide the answer.

    Returns:
        (H, W) uint8.
    """
    return window.render(scan, Window(spec.window_center, spec.window_width))


def prepare(grey: NDArray[np.uint8], spec: PreprocessSpec) -> tuple[NDArray[np.uint8], Placement]:
    """Cut to the body, pad to a square with black, resize, even out the contrast.

    Args:
        grey: (H, W) uint8, from `model_grey`.
        spec: The bundle's preprocessing.

    Returns:
        (size, size) uint8 model input, and the square of the slice that it shows.
    """
    square, placement = frame(grey, spec)
    return equalise(square, spec), placement


def frame(grey: NDArray[np.uint8], spec: PreprocessSpec) -> tuple[NDArray[np.uint8], Placement]:
    """The first part of `prepare`: all but the contrast, which changed copies are drawn before.

    Args:
        grey: (H, W) uint8, from `model_grey`.
        spec: The bundle's preprocessing.

    Returns:
        (size, size) uint8, and the square of the slice that it shows.
    """
    height, width = grey.shape
    left, top, right, bottom = body.find(grey) if spec.crop_body else (0, 0, width, height)
    cut = grey[top:bottom, left:right]
    side = max(cut.shape)
    before_x, before_y = (side - cut.shape[1]) // 2, (side - cut.shape[0]) // 2
    if side > STRIP * min(cut.shape):
        cut = _shrunk(cut, spec.size)
    square = _padded(cut)
    smaller = len(square) > spec.size
    shown = cv2.resize(
        square, (spec.size, spec.size), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    )
    return np.asarray(shown, np.uint8), Placement(left - before_x, top - before_y, side, height, width)


def equalise(square: NDArray[np.uint8], spec: PreprocessSpec) -> NDArray[np.uint8]:
    """The last part of `prepare`: the contrast, evened out tile by tile.

    Contrast-limited adaptive histogram equalisation (CLAHE; Zuiderveld 1994, Graphics Gems IV).

    Args:
        square: (size, size) uint8, from `frame`.
        spec: The bundle's preprocessing.

    Returns:
        (size, size) uint8 model input; the same square where the clip limit is 0.
    """
    if spec.clahe_clip <= 0:
        return square
    tiles = (spec.clahe_tiles, spec.clahe_tiles)
    return np.asarray(cv2.createCLAHE(spec.clahe_clip, tiles).apply(square), np.uint8)


def _padded(cut: NDArray[np.uint8]) -> NDArray[np.uint8]:
    side = max(cut.shape)
    y, x = (side - cut.shape[0]) // 2, (side - cut.shape[1]) // 2
    below, right = side - cut.shape[0] - y, side - cut.shape[1] - x
    black = cv2.BORDER_CONSTANT | cv2.BORDER_ISOLATED
    return np.asarray(cv2.copyMakeBorder(cut, y, below, x, right, black, value=0), np.uint8)


def _shrunk(cut: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """A strip, small before it is padded: the square around it would take its length squared."""
    factor = min(1.0, size / max(cut.shape))
    height, width = (max(1, round(length * factor)) for length in cut.shape)
    return np.asarray(cv2.resize(cut, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def lay(heat: NDArray[np.float32], placement: Placement) -> NDArray[np.float32]:
    """Put a feature grid back on the slice, bilinear.

    Args:
        heat: (h, w) float32 on the model's grid.
        placement: Where that grid lies, from `prepare`.

    Returns:
        (H, W) float32 in the slice's own pixels; 0 outside the square.
    """
    laid = np.zeros((placement.height, placement.width), np.float32)
    side = placement.side
    left, right = max(0, placement.left), min(placement.width, placement.left + side)
    top, bottom = max(0, placement.top), min(placement.height, placement.top + side)
    if left >= right or top >= bottom:
        return laid
    grid = np.ascontiguousarray(heat, np.float32)
    rows, columns = (
        slice(top - placement.top, bottom - placement.top),
        slice(left - placement.left, right - placement.left),
    )
    # one axis after the other, the one that is cut shorter first: the whole square may be huge
    if bottom - top <= right - left:
        tall = cv2.resize(grid, (grid.shape[1], side), interpolation=cv2.INTER_LINEAR)[rows]
        wide = cv2.resize(tall, (side, len(tall)), interpolation=cv2.INTER_LINEAR)[:, columns]
        laid[top:bottom, left:right] = wide
    else:
        wide = cv2.resize(grid, (side, grid.shape[0]), interpolation=cv2.INTER_LINEAR)[:, columns]
        tall = cv2.resize(wide, (wide.shape[1], side), interpolation=cv2.INTER_LINEAR)[rows]
        laid[top:bottom, left:right] = tall
    return laid
