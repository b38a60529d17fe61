"""Writes the samples that ship with the app, and class-per-folder sets for tests and first runs."""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.data.synthetic.generator import SyntheticSlice, draw
from core.data.synthetic.lesions import LABELS, lesion
from core.data.synthetic.patient import Phase, patient
from core.imaging.dicom_write import write_ct
from core.imaging.window import PRESETS, apply

Grey = NDArray[np.uint8]

SHIPPED: tuple[tuple[str, int, Phase, str], ...] = (
    ("Cyst", 104, "nephrographic", "Cyst, with contrast"),
    ("Cyst", 111, "unenhanced", "Cyst, without contrast"),
    ("Normal", 107, "nephrographic", "No lesion, with contrast"),
    ("Normal", 113, "unenhanced", "No lesion, without contrast"),
    ("Stone", 102, "unenhanced", "Stone, without contrast"),
    ("Stone", 109, "unenhanced", "Stone, without contrast, another body"),
    ("Tumor", 103, "nephrographic", "Tumor, with contrast"),
    ("Tumor", 106, "nephrographic", "Tumor, with contrast, another body"),
)
"""(class, seed, phase, title) of the shipped pictures."""

SERIES_SEED, SERIES_LABEL, SERIES_SIZE = 103, "Cyst", 384
SERIES_HEIGHTS = (-21.0, -7.0, 7.0, 21.0)
"""The shipped DICOM series: heights in mm."""


def grey(drawn: SyntheticSlice) -> Grey:
    """(H, W) uint8: the slice under the abdomen window."""
    return apply(drawn.hu, PRESETS["Abdomen"])


def stamped(picture: Grey) -> Grey:
    """A copy with SYNTHETIC written in the top left corner, over air."""
    out = picture.copy()
    scale = picture.shape[0] / 512
    place = (round(8 * scale), round(20 * scale))
    cv2.putText(out, "SYNTHETIC", place, cv2.FONT_HERSHEY_SIMPLEX, 0.5 * scale, 170, 1, cv2.LINE_AA)
    return out


def stamped_hu(hu: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same on Hounsfield units, legible under soft-tissue windows."""
    ink = stamped(np.zeros(hu.shape, np.uint8)).astype(np.float32) / 170.0
    return np.asarray(hu * (1 - ink) + 200.0 * ink, dtype=np.float32)


def write_samples(folder: Path) -> list[dict[str, str]]:
    """Write the shipped samples: two PNGs a class with masks, a short DICOM series, index.json.

    Args:
        folder: Made if missing; samples of an earlier run (``synthetic-*``) are removed.

    Returns:
        The entries of index.json: ``file``, ``label``, ``title``, and ``mask`` where the slice
        shows a lesion. The files of the series share a ``series`` name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("synthetic-*"):
        old.unlink()
    entries = [_picture(folder, *row) for row in SHIPPED]
    entries += [_dicom(folder, number, z) for number, z in enumerate(SERIES_HEIGHTS, start=1)]
    text = json.dumps(entries, indent=2) + "\n"
    (folder / "index.json").write_text(text, encoding="utf-8")
    return entries


def _picture(folder: Path, label: str, seed: int, phase: Phase, title: str) -> dict[str, str]:
    drawn = draw(label, seed, phase=phase)
    name = f"synthetic-{label.lower()}-{seed}"
    _png(folder / f"{name}.png", stamped(grey(drawn)))
    entry = {"file": f"{name}.png", "label": drawn.label, "title": f"Synthetic: {title}"}
    if drawn.mask.any():
        _png(folder / f"{name}-mask.png", drawn.mask.astype(np.uint8) * 255)
        entry["mask"] = f"{name}-mask.png"
    return entry


def _dicom(folder: Path, number: int, z: float) -> dict[str, str]:
    drawn = draw(SERIES_LABEL, SERIES_SEED, size=SERIES_SIZE, z=z)
    name = f"synthetic-series-{number}.dcm"
    write_ct(folder / name, stamped_hu(drawn.hu), drawn.spacing, z, f"synthetic-{SERIES_SEED}", number)
    of = f"slice {number} of {len(SERIES_HEIGHTS)}"
    title = f"Synthetic: {of} of one body with a {SERIES_LABEL.lower()} (DICOM)"
    return {"file": name, "label": drawn.label, "title": title, "series": f"synthetic-{SERIES_SEED}"}


def write_dataset(
    folder: Path,
    per_class: int,
    slices_per_series: int = 4,
    *,
    size: int = 256,
    seed: int = 1000,
    progress: Callable[[float], None] | None = None,
) -> list[Path]:
    """Write a class-per-folder set of PNGs with the traits that matter: series of made-up people.

    Files are numbered in scan order, ``Cyst/Cyst- (1).png``, so that neighbours are near copies
    and grouping has something to find. Every slice of a class shows its lesion.

    Args:
        folder: Where the class folders go.
        per_class: Pictures a class.
        slices_per_series: Neighbouring slices of one person.
        size: Side in pixels.
        seed: First person's number; every person is in one class only.
        progress: Told the share done.

    Returns:
        The files, class by class in scan order.
    """
    files = []
    for row, label in enumerate(LABELS):
        (folder / label).mkdir(parents=True, exist_ok=True)
        for number in range(per_class):
            person = seed + 10_000 * row + number // slices_per_series
            z = _height(label, person, number % slices_per_series, slices_per_series)
            path = folder / label / f"{label}- ({number + 1}).png"
            _png(path, grey(draw(label, person, size=size, z=z)))
            files.append(path)
            if progress:
                progress(len(files) / (len(LABELS) * per_class))
    return files


def _height(label: str, person: int, index: int, count: int) -> float:
    """Slices 3 mm apart, closer where the lesion is too small to be in all of them."""
    what = lesion(label, person, patient(person))
    reach = what.reach if what else 1000.0
    step = min(3.0, 1.2 * reach / max(count - 1, 1))
    return (index - (count - 1) / 2) * step


def _png(path: Path, picture: Grey) -> None:
    path.write_bytes(cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes())
