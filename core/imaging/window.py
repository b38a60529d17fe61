"""Hounsfield units to grey, by the window that DICOM defines."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from core.domain import Scan, Window

PRESETS: Mapping[str, Window] = MappingProxyType(
    {
        "Abdomen": Window(40, 400),
        "Soft tissue": Window(50, 350),
        "Kidney": Window(60, 250),
        "Bone": Window(400, 1800),
        "Lung": Window(-600, 1500),
    }
)


def render(scan: Scan, window: Window | None = None) -> NDArray[np.uint8]:
    """A slice as a picture.

    Args:
        scan: Any slice. One in grey is returned as it is: its window was chosen by whoever
            exported it and can't be changed any more.
        window: What to show of one in Hounsfield units; None is the header's window, or the
            abdomen's where the header has none.

    Returns:
        (H, W) uint8, 0 black to 255 white.
    """
    if scan.unit == "grey":
        return scan.pixels.astype(np.uint8, copy=False)
    return apply(scan.pixels.astype(np.float32, copy=False), window or scan.window or PRESETS["Abdomen"])


def apply(hu: NDArray[np.floating], window: Window) -> NDArray[np.uint8]:
    """The linear VOI LUT function of DICOM PS3.3 C.11.2.1.2.1, with y from 0 to 255.

    Args:
        hu: (H, W) Hounsfield units, finite.
        window: Centre and width; a width of 1 is a step at centre - 0.5.

    Returns:
        (H, W) uint8, rounded to the nearest grey.
    """
    low = window.center - 0.5 - (window.width - 1.0) / 2.0
    if window.width <= 1.0:
        return np.where(hu > low, 255, 0).astype(np.uint8)
    scaled = (hu.astype(np.float32, copy=False) - np.float32(low)) * np.float32(255.0 / (window.width - 1.0))
    np.clip(scaled, 0.0, 255.0, out=scaled)
    scaled += np.float32(0.5)
    return scaled.astype(np.uint8)
