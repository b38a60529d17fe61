"""Pictures as data URIs, so that no slice ever has an address that another session could open."""

import base64
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from core.explain import overlay

THUMBNAIL: Final = 96
# heat is a feature grid of some 10 x 10 made smooth: more pixels than this carry nothing
LAYER: Final = 256


def slice_uri(grey: NDArray[np.uint8]) -> str:
    """A slice, (H, W) 0..255, as the viewer shows it."""
    return _uri(overlay.encode(grey), overlay.MIME)


def thumbnail_uri(grey: NDArray[np.uint8], side: int = THUMBNAIL) -> str:
    """A slice, (H, W) 0..255, at most ``side`` pixels on its longer side."""
    _, data = cv2.imencode(".jpg", _fit(grey, side), (cv2.IMWRITE_JPEG_QUALITY, 80))
    return _uri(data.tobytes(), "image/jpeg")


def layer_uri(heat: NDArray[np.float32], colour_map: str) -> str:
    """Heat as a picture that is laid over the slice: colour from the map, alpha is the heat.

    Shown at opacity o it gives what `core.explain.overlay.blend` gives for o, so the browser can
    change the opacity by itself.

    Args:
        heat: (H, W) 0..1.
        colour_map: A name in `overlay.COLOUR_MAPS`.
    """
    index = cv2.convertScaleAbs(_fit(heat, LAYER), alpha=255.0)
    rgb = overlay.COLOUR_MAPS[colour_map][index]
    bgra = np.dstack([rgb[..., ::-1], index])
    _, data = cv2.imencode(".png", bgra, (cv2.IMWRITE_PNG_COMPRESSION, 1))
    return _uri(data.tobytes(), "image/png")


def grey_uri(heat: NDArray[np.float32]) -> str:
    """Heat, (H, W) 0..1, as a grey picture that the browser gives its colours."""
    index = cv2.convertScaleAbs(_fit(heat, LAYER), alpha=255.0)
    _, data = cv2.imencode(".png", index, (cv2.IMWRITE_PNG_COMPRESSION, 1))
    return _uri(data.tobytes(), "image/png")


def gradient(colour_map: str, steps: int = 9) -> str:
    """The colour map as a CSS gradient, 0 at the left."""
    places = np.linspace(0, 255, steps).round().astype(int)
    colours = ("#" + overlay.COLOUR_MAPS[colour_map][place].tobytes().hex() for place in places)
    return f"linear-gradient(90deg, {', '.join(colours)})"


def _fit(picture: NDArray[Any], side: int) -> NDArray[Any]:
    height, width = picture.shape
    scale = side / max(height, width)
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def _uri(data: bytes, mime: str) -> str:
    return f"data:{mime};base64,{base64.b64encode(data).decode('ascii')}"
