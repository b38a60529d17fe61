"""From a slice to what a model sees, the same for training, command line, API and page."""

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from core.domain import Placement, Scan, Window
from core.imaging import body, window


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
    height, width = grey.shape
    left, top, right, bottom = body.find(grey) if spec.crop_body else (0, 0, width, height)
    cut = grey[top:bottom, left:right]
    side = max(cut.shape)
    before_x, before_y = (side - cut.shape[1]) // 2, (side - cut.shape[0]) // 2
    square = cv2.copyMakeBorder(
        cut,
        before_y,
        side - cut.shape[0] - before_y,
        before_x,
        side - cut.shape[1] - before_x,
        cv2.BORDER_CONSTANT | cv2.BORDER_ISOLATED,
        value=0,
    )
    shape = (spec.size, spec.size)
    shown = cv2.resize(square, shape, interpolation=cv2.INTER_AREA if side > spec.size else cv2.INTER_LINEAR)
    if spec.clahe_clip > 0:
        shown = cv2.createCLAHE(spec.clahe_clip, (spec.clahe_tiles, spec.clahe_tiles)).apply(shown)
    return shown, Placement(left - before_x, top - before_y, side, height, width)


def lay(heat: NDArray[np.float32], placement: Placement) -> NDArray[np.float32]:
    """Put a feature grid back on the slice, bilinear.

    Args:
        heat: (h, w) float32 on the model's grid.
        placement: Where that grid lies, from `prepare`.

    Returns:
        (H, W) float32 in the slice's own pixels; 0 outside the square.
    """
    side = placement.side
    square = cv2.resize(np.ascontiguousarray(heat, np.float32), (side, side), interpolation=cv2.INTER_LINEAR)
    laid = np.zeros((placement.height, placement.width), np.float32)
    left, right = max(0, placement.left), min(placement.width, placement.left + side)
    top, bottom = max(0, placement.top), min(placement.height, placement.top + side)
    if left < right and top < bottom:
        source = square[
            top - placement.top : bottom - placement.top, left - placement.left : right - placement.left
        ]
        laid[top:bottom, left:right] = source
    return laid
