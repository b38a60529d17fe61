"""Drawn slices with a lesion: the mask is exact, and nobody had to mark it."""

import hashlib
from typing import Final

from core.data.synthetic.generator import draw
from core.data.synthetic.lesions import LABELS
from core.domain import Scan, Window
from core.explain.localisation.marked import Marked

LESIONS: Final = tuple(label for label in LABELS if label != "Normal")
FIRST: Final = 900_000
"""The first made-up person; sets that are learnt from begin at 1,000 and the samples at 100."""
PERSONS: Final = 20


def slices(persons: int = PERSONS, size: int = 512) -> tuple[Marked, ...]:
    """One slice through the middle of the lesion of every made-up person.

    Args:
        persons: How many of each class with a lesion.
        size: Side in pixels, 64 to 1024.

    Returns:
        The same slices for the same arguments.
    """
    return tuple(
        _one(label, FIRST + 1000 * row + number, size)
        for row, label in enumerate(LESIONS)
        for number in range(persons)
    )


def _one(label: str, seed: int, size: int) -> Marked:
    made = draw(label, seed, size=size)
    pixels = made.hu
    pixels.setflags(write=False)
    scan = Scan(
        pixels=pixels,
        unit="HU",
        name=f"synthetic {label.lower()} {seed}",
        digest=hashlib.sha256(pixels.tobytes()).hexdigest(),
        format="DICOM",
        bits=16,
        window=Window(40.0, 400.0),
        spacing=(made.spacing, made.spacing),
        modality="CT",
    )
    return Marked(scan, made.mask, label, f"synthetic {label.lower()}", f"synthetic {seed}")
