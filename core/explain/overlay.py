"""A heatmap over a slice, as a picture: anatomy stays readable, colour comes only with heat."""

from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

DEFAULT: Final = "inferno"
OPACITY: Final = 0.45
MIME: Final = "image/jpeg"
# JPEG takes 1 ms where PNG takes 9; full chroma resolution keeps the heat's edges clean
_JPEG: Final = (cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, 0x111111)


def _table(code: int) -> NDArray[np.uint8]:
    """(256, 3) RGB of one of OpenCV's colour maps."""
    ramp = np.arange(256, dtype=np.uint8).reshape(256, 1)
    table = np.ascontiguousarray(cv2.applyColorMap(ramp, code)[:, 0, ::-1], dtype=np.uint8)
    table.setflags(write=False)
    return table


COLOUR_MAPS: Final = MappingProxyType(
    {
        "inferno": _table(cv2.COLORMAP_INFERNO),
        "viridis": _table(cv2.COLORMAP_VIRIDIS),
        "magma": _table(cv2.COLORMAP_MAGMA),
        "cividis": _table(cv2.COLORMAP_CIVIDIS),
        "turbo": _table(cv2.COLORMAP_TURBO),
    }
)
"""Colour maps by name, each (256, 3) uint8 RGB from heat 0 to heat 1. All but turbo are even to
the eye and safe for the colour-blind."""


def blend(
    grey: NDArray[np.uint8], heat: NDArray[np.float32], opacity: float = OPACITY, colour_map: str = DEFAULT
) -> NDArray[np.uint8]:
    """Lay heat on a slice.

    A pixel's share of colour is ``opacity * heat``: where nothing speaks for the class the slice
    is shown as it is.

    Args:
        grey: (H, W) the slice, 0..255.
        heat: (H, W) 0..1, e.g. a heatmap's values.
        opacity: Share of colour where heat is 1; 0 shows the slice, 1 hides it there.
        colour_map: A name in `COLOUR_MAPS`.

    Returns:
        (H, W, 3) uint8 RGB.

    Raises:
        ValueError: The shapes differ, opacity is outside 0..1, or there is no such colour map.
    """
    if grey.shape != heat.shape or grey.ndim != 2:
        raise ValueError(f"grey {grey.shape} and heat {heat.shape} must be the same (H, W)")
    if not 0 <= opacity <= 1:
        raise ValueError(f"opacity must be 0 to 1, got {opacity}")
    if colour_map not in COLOUR_MAPS:
        raise ValueError(f"colour_map must be one of {', '.join(COLOUR_MAPS)}, got {colour_map!r}")
    known = np.minimum(np.fmax(heat, np.float32(0)), np.float32(1))  # fmax turns NaN into no heat
    index = cv2.convertScaleAbs(known, alpha=255.0)
    colours = cv2.LUT(cv2.merge((index, index, index)), COLOUR_MAPS[colour_map].reshape(1, 256, 3))
    share = known * np.float32(opacity)
    base = cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)
    return np.asarray(cv2.blendLinear(base, colours, 1 - share, share), dtype=np.uint8)


def encode(picture: NDArray[np.uint8]) -> bytes:
    """Encode a picture for a browser, as `MIME`.

    Args:
        picture: (H, W) grey or (H, W, 3) RGB, 0..255.

    Returns:
        JPEG of quality 95 without chroma subsampling.
    """
    ready = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", ready, _JPEG)
    return data.tobytes()
