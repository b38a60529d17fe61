"""Cyst, stone and tumour as bodies in space, each cut at the slice's height."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.synthetic.canvas import Canvas, Organ, Points, blob
from core.data.synthetic.kidney import SOFT, Cut
from core.data.synthetic.patient import Patient
from core.data.synthetic.physics import field_at

LABELS = ("Cyst", "Normal", "Stone", "Tumor")
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lesion:
    """One lesion of one person.

    Attributes:
        label: One of `LABELS` but Normal.
        side: The kidney it sits in.
        out: Distance of its middle from the kidney's, in kidney radii.
        angle: Direction from the hilum, radians.
        radius: At its thickest, mm.
        reach: Half height along the body, mm.
        value: Mean HU of its substance.
    """

    label: str
    side: int
    out: float
    angle: float
    radius: float
    reach: float
    value: float

    def ring(self, z: float) -> float:
        """Radius of the cut at ``z`` against the largest one, 0 where the slice misses it."""
        return float(np.sqrt(max(0.0, 1 - (z / self.reach) ** 2)))


def lesion(label: str, seed: int, who: Patient) -> Lesion | None:
    """The lesion that person ``seed`` has under ``label``; None for Normal."""
    rng = np.random.default_rng([seed, 41, LABELS.index(label)])
    side = int(rng.random() < 0.5)
    enhanced = who.phase == "nephrographic"
    if label == "Cyst":
        radius = float(rng.uniform(9, 25))
        return Lesion(label, side, float(rng.uniform(0.72, 1.0)), float(rng.uniform(2.0, 4.1)), radius,
                      radius, float(rng.uniform(4, 15)))  # fmt: skip
    if label == "Stone":
        radius = float(rng.uniform(1.8, 6.0))
        return Lesion(label, side, float(rng.uniform(0.18, 0.45)), float(rng.normal(0, 1.2)), radius,
                      radius * 1.6, float(rng.uniform(700, 1300)))  # fmt: skip
    if label == "Tumor":
        radius = float(rng.uniform(17, 36))
        value = float(rng.uniform(78, 105) if enhanced else rng.uniform(40, 46))
        return Lesion(label, side, float(rng.uniform(0.65, 0.95)), float(rng.uniform(2.1, 4.0)), radius,
                      radius * 0.95, value)  # fmt: skip
    return None


def _cyst(canvas: Canvas, who: Patient, what: Lesion, middle: tuple[float, float], radius: float) -> Points:
    shape = blob(middle, (radius, radius * 0.95), what.angle, (0.012, 0.012))
    canvas.fill(blob(middle, (radius + 2.5, radius + 2.5)), who.tissue.fat, Organ.FAT,
                (Organ.BOWEL, Organ.LIVER, Organ.SPLEEN))  # fmt: skip
    canvas.fill(blob(middle, (radius + 0.8, radius * 0.95 + 0.8), what.angle), 32.0, None, SOFT)
    canvas.fill(shape, what.value, Organ.LESION, SOFT)
    return shape


def _stone(canvas: Canvas, who: Patient, what: Lesion, middle: tuple[float, float], radius: float) -> Points:
    rng = np.random.default_rng([who.seed, 42])
    wobble = tuple(rng.normal(0, 0.06, 6))
    shape = blob(middle, (radius * 1.15, radius * 0.87), float(rng.uniform(0, 3)), wobble)
    canvas.fill(blob(middle, (radius + 2.6, radius + 2.0)), who.tissue.urine, Organ.SINUS,
                (Organ.KIDNEY, Organ.SINUS))  # fmt: skip
    canvas.fill(shape, what.value, Organ.LESION)
    return shape


def _tumor(canvas: Canvas, who: Patient, what: Lesion, z: float, middle: tuple[float, float],
           radius: float) -> Points:  # fmt: skip
    """Lobulated and patchy, brighter at the rim, with a dead core and a few feeding vessels."""
    rng = np.random.default_rng([who.seed, 43])
    size, enhanced = canvas.hu.shape[0], who.phase == "nephrographic"
    wobble = tuple(rng.normal(0, 0.055, 12))
    turn = float(rng.uniform(0, 3))
    shape = blob(middle, (radius, radius * 0.9), turn, wobble)
    halo = np.asarray(middle) + (shape - middle) * (1 + 4 / max(radius, 4))
    canvas.fill(halo, who.tissue.fat + 6, Organ.FAT, (Organ.BOWEL, Organ.LIVER, Organ.SPLEEN))
    coarse = field_at((who.seed, 44), size, 26, z, 14)
    fine = field_at((who.seed, 45), size, 8, z, 7)
    spread = 15.0 if enhanced else 4.0
    solid = what.value + spread * (0.8 * coarse + 0.6 * fine)
    canvas.fill(shape, np.clip(solid, 30, 140).astype(np.float32), Organ.LESION, SOFT)
    core = np.asarray(middle) + (
        blob((0, 0), (radius * 0.5, radius * 0.42), turn + 1, tuple(2 * w for w in wobble))
    )
    dead = (24 if enhanced else 20) + 5 * coarse
    soft = np.where(coarse + 0.6 * fine < 0.35, dead, canvas.hu).astype(np.float32)
    canvas.fill(core, soft, None, (Organ.LESION,))
    if rng.random() < 0.3:
        spot = (middle[0] + rng.uniform(-0.4, 0.4) * radius, middle[1] + rng.uniform(-0.4, 0.4) * radius)
        canvas.fill(blob(spot, (2.2, 1.4), rng.uniform(0, 3)), 260.0, None, (Organ.LESION,))
    return shape


def paint_lesion(canvas: Canvas, who: Patient, what: Lesion | None, where: Cut, z: float) -> Mask:
    """Paint the lesion's cut at ``z`` and return its (N, N) mask, empty where it is missed."""
    nothing = np.zeros(canvas.hu.shape, bool)
    if what is None or what.side != where.side:
        return nothing
    radius = what.radius * what.ring(z)
    if radius < 0.9:
        return nothing
    middle = where.at(what.out, what.angle)
    if what.label == "Cyst":
        shape = _cyst(canvas, who, what, middle, radius)
    elif what.label == "Stone":
        shape = _stone(canvas, who, what, middle, radius)
    else:
        shape = _tumor(canvas, who, what, z, middle, radius)
    return np.asarray(canvas.region(shape) & (canvas.organs == Organ.LESION))
