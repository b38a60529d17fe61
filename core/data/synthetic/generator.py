"""From a class and a seed to a slice, or to the neighbouring slices of one made-up person."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.synthetic import viscera, wall
from core.data.synthetic.canvas import Canvas, Organ
from core.data.synthetic.kidney import cut, paint_kidney
from core.data.synthetic.lesions import LABELS, Lesion, lesion, paint_lesion
from core.data.synthetic.patient import Patient, Phase, patient
from core.data.synthetic.physics import blur, noise
from core.errors import DataError


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticSlice:
    """One drawn slice and what is true about it.

    Attributes:
        hu: (H, W) float32 Hounsfield units, blurred, with noise unless it was switched off.
        mask: (H, W) bool, the lesion; empty where the slice shows none.
        label: What the slice shows: the lesion's class, ``"Normal"`` where it misses the lesion.
        organs: (H, W) uint8, a `canvas.Organ` per pixel.
        spacing: Pixel distance, mm.
        z: Height of the slice, mm, growing towards the feet; 0 is the lesion's middle.
        phase: Contrast phase.
    """

    hu: NDArray[np.float32]
    mask: NDArray[np.bool_]
    label: str
    organs: NDArray[np.uint8]
    spacing: float
    z: float
    phase: Phase


def draw(
    label: str, seed: int, *, size: int = 512, phase: Phase | None = None, z: float = 0.0, grain: bool = True
) -> SyntheticSlice:
    """Draw one axial slice of the abdomen at kidney level.

    Args:
        label: Cyst, Normal, Stone or Tumor.
        seed: Which made-up person; the same seed is the same body under every label.
        size: Side in pixels, 64 to 1024.
        phase: Contrast phase; None is the person's own.
        z: Height in mm against the lesion's middle, -60 to 60.
        grain: Whether to add noise.

    Returns:
        The slice; the same bytes for the same arguments.

    Raises:
        DataError: The label is none of the four, or a number is out of range.
    """
    _refuse(label, seed, size, z)
    who = patient(seed, phase)
    what = lesion(label, seed, who)
    middle = (-who.shift[0], 0.5 * (who.back - who.front) + 8 - who.shift[1])
    canvas = Canvas(size, who.field_of_view / size, middle)
    mask = _paint(canvas, who, what, z)
    hu = blur(canvas.hu, canvas.spacing)
    if grain:
        hu = hu + _noise(who, canvas, z)
    hu = np.clip(hu, -1024, 3071).astype(np.float32)
    shown = label if mask.any() else "Normal"
    return SyntheticSlice(hu, mask, shown, canvas.organs, canvas.spacing, float(z), who.phase)


def series(
    label: str, seed: int, count: int, *, step: float = 3.0, size: int = 512, phase: Phase | None = None
) -> list[SyntheticSlice]:
    """Neighbouring slices of one person, head to feet, centred on the lesion.

    The anatomy shifts smoothly; the lesion comes and goes, and each slice's label says whether
    it is there.

    Args:
        label: The person's finding.
        seed: Which person.
        count: Number of slices, 1 to 60.
        step: Distance of slices, mm.
        size: Side in pixels.
        phase: Contrast phase; None is the person's own.

    Raises:
        DataError: As `draw`.
    """
    if not 1 <= count <= 60:
        raise DataError(f"A synthetic series has 1 to 60 slices, not {count}: choose a count in that range.")
    heights = (np.arange(count) - (count - 1) / 2) * step
    return [draw(label, seed, size=size, phase=phase, z=float(z)) for z in heights]


def _refuse(label: str, seed: int, size: int, z: float) -> None:
    if label not in LABELS:
        raise DataError(f"There is no class {label!r} to draw: choose one of {', '.join(LABELS)}.")
    if seed < 0 or not 64 <= size <= 1024 or not -60 <= z <= 60:
        raise DataError(
            f"Can't draw seed {seed}, size {size}, height {z}: a seed is at least 0, a size 64 to 1024, "
            "a height -60 to 60 mm."
        )


def _paint(canvas: Canvas, who: Patient, what: Lesion | None, z: float) -> NDArray[np.bool_]:
    """Everything in the order in which one thing lies over another; returns the lesion's mask."""
    wall.paint_table(canvas, who)
    wall.paint_wall(canvas, who, z)
    viscera.paint_mesentery(canvas, who, z)
    viscera.paint_bowel(canvas, who, z)
    viscera.paint_liver(canvas, who, z)
    viscera.paint_spleen(canvas, who, z)
    wall.paint_ribs(canvas, who, z)
    wall.paint_psoas(canvas, who, z)
    viscera.paint_vessels(canvas, who, z)
    mask = np.zeros(canvas.hu.shape, bool)
    for side in (0, 1):
        where = cut(who, side, z)
        paint_kidney(canvas, who, where, z)
        mask |= paint_lesion(canvas, who, what, where, z)
    wall.paint_spine(canvas, who, z)
    return np.asarray(mask & (canvas.organs == Organ.LESION))


def _noise(who: Patient, canvas: Canvas, z: float) -> NDArray[np.float32]:
    """Correlated noise, strongest where the rays cross most tissue: in the body's middle."""
    size = canvas.hu.shape[0]
    rng = np.random.default_rng([who.seed, 51, round((z + 100) * 100)])
    axis = np.linspace(-1, 1, size, dtype=np.float32)
    middle = np.exp(-((axis[None, :] / 0.75) ** 2) - (axis[:, None] / 0.6) ** 2)
    return np.asarray(noise(rng, size, canvas.spacing, who.noise) * (0.65 + 0.4 * middle), dtype=np.float32)
