"""Slices and files for tests."""

import hashlib
from typing import Any

import cv2
import numpy as np

from core.domain import Scan


def grey(pixels: np.ndarray, name: str = "slice.png", **fields: Any) -> Scan:
    frozen = pixels.astype(np.uint8)
    frozen.setflags(write=False)
    return Scan(frozen, "grey", name, hashlib.sha256(frozen.tobytes()).hexdigest(), "PNG", **fields)


def hu(pixels: np.ndarray, name: str = "slice.dcm", **fields: Any) -> Scan:
    frozen = pixels.astype(np.float32)
    frozen.setflags(write=False)
    return Scan(frozen, "HU", name, hashlib.sha256(frozen.tobytes()).hexdigest(), "DICOM", **fields)


def png(pixels: np.ndarray) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


def body(side: int = 256, seed: int = 0) -> np.ndarray:
    """(S, S) uint8: something like an abdomen, different for each seed."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:side, :side] / side
    picture = np.where(np.hypot((rows - 0.5) / 0.36, (columns - 0.5) / 0.44) < 1, 110.0, 4.0)
    for _ in range(6):
        y, x, radius = rng.uniform(0.3, 0.7), rng.uniform(0.25, 0.75), rng.uniform(0.03, 0.11)
        picture[np.hypot(rows - y, columns - x) < radius] = rng.uniform(60, 230)
    noisy = cv2.GaussianBlur(picture, (0, 0), side / 256) + rng.normal(0, 6, (side, side))
    return np.clip(noisy, 0, 255).astype(np.uint8)
