"""Archives of marked slices as people pack them, whole and broken."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

from tests.support.scans import png

NAME = "localised-ct.zip"


def picture(height: int, width: int, bright: tuple[slice, slice] | None = None, level: int = 255) -> bytes:
    """A PNG, black but for a part."""
    pixels = np.zeros((height, width), np.uint8)
    if bright:
        pixels[bright] = level
    return bytes(cv2.imencode(".png", pixels)[1].tobytes())


def red(height: int, width: int, where: tuple[slice, slice]) -> bytes:
    """A JPEG mask in red."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[where] = (0, 0, 255)
    return bytes(cv2.imencode(".jpg", pixels)[1].tobytes())


def body(height: int = 96, width: int = 120) -> bytes:
    """A slice: an ellipse in air."""
    pixels = np.zeros((height, width), np.uint8)
    cv2.ellipse(pixels, (width // 2, height // 2), (width // 3, height // 3), 0, 0, 360, 130, -1)
    return png(pixels)


def pack(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The archive with these files."""
    path = folder / NAME
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return path


WHOLE: Mapping[str, bytes] = {
    "tumor-axial/images/k1_100_1.png": body(),
    "tumor-axial/masks/k1_100_1.jpg": red(96, 120, (slice(40, 56), slice(32, 64))),
    "tumor-axial/images/k1_100_2.png": body(),
    "tumor-axial/masks/k1_100_2.png": picture(96, 120, (slice(8, 16), slice(8, 24))),
    "stone-coronal/images/a.png": body(),
    "stone-coronal/labels/a.txt": b"0 0.5 0.5 0.1 0.25\n\n1 0.05 0.0625 0.1 0.125",
}
