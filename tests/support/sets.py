"""Small sets of slices in class folders, with patients that grouping can tell apart."""

from pathlib import Path

import cv2
import numpy as np

from tests.support.scans import body, png

SIDE = 128


def picture(seed: int, step: int = 0) -> np.ndarray:
    """(128, 128) uint8: an abdomen of its own for each seed, a little brighter from step to step."""
    outline = body(SIDE, seed)
    inside = np.random.default_rng(seed).integers(30, 255, (12, 12), np.uint8)
    texture = cv2.resize(inside, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
    drawn = np.where(outline > 60, texture, outline).astype(int)
    return np.clip(drawn + 2 * step, 0, 255).astype(np.uint8)


def write_set(
    folder: Path, *, classes: tuple[str, ...] = ("Cyst", "Normal"), patients: int = 3, slices: int = 4
) -> Path:
    """Class folders with numbered PNGs, patient after patient.

    Args:
        folder: Made if missing.
        classes: A folder each.
        patients: A class.
        slices: A patient; neighbours look alike.
    """
    for row, label in enumerate(classes):
        (folder / label).mkdir(parents=True, exist_ok=True)
        for number in range(patients * slices):
            drawn = picture(1000 * row + number // slices, number % slices)
            (folder / label / f"{label} ({number + 1}).png").write_bytes(png(drawn))
    return folder
