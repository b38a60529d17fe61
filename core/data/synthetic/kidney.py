"""A kidney cut across: cortex, pyramids, sinus fat, pelvis, hilar vessels, fat and fascia around."""

from dataclasses import dataclass

import numpy as np

from core.data.synthetic.canvas import Canvas, Organ, Points, blob
from core.data.synthetic.patient import Patient
from core.data.synthetic.physics import field_at

SOFT = (Organ.FAT, Organ.BOWEL, Organ.VESSEL, Organ.LIVER, Organ.SPLEEN, Organ.GALLBLADDER, Organ.KIDNEY,
        Organ.SINUS, Organ.LESION)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cut:
    """Where one kidney lies in one slice.

    Attributes:
        side: 0 the right kidney (left on the picture), 1 the left.
        centre: (x, y) in mm.
        radii: Half axes towards the hilum and across, mm; 0 where the slice misses the kidney.
        facing: Direction of the hilum, radians.
        depth: Height in the kidney, -1 (top) to 1 (bottom).
    """

    side: int
    centre: tuple[float, float]
    radii: tuple[float, float]
    facing: float
    depth: float

    def at(self, out: float, angle: float) -> tuple[float, float]:
        """The point at ``out`` radii from the middle, ``angle`` radians from the hilum."""
        x, y = out * self.radii[0] * np.cos(angle), out * self.radii[1] * np.sin(angle)
        cos, sin = np.cos(self.facing), np.sin(self.facing)
        return float(self.centre[0] + cos * x - sin * y), float(self.centre[1] + sin * x + cos * y)


def cut(who: Patient, side: int, z: float) -> Cut:
    """The cross-section of one kidney at height ``z``; its poles lean towards the spine on top."""
    rng = np.random.default_rng([who.seed, 31, side])
    across, long, half = who.kidneys[side]
    depth = (z - who.kidney_z[side]) / half
    ring = float(np.sqrt(max(0.0, 1 - depth**2)))
    sign = -1.0 if side == 0 else 1.0
    x = sign * (67 * who.scale + rng.uniform(-2, 4) + 6 * depth)
    y = rng.uniform(-7, 1) - 5 * depth
    turn = rng.uniform(0.15, 0.55)
    facing = -turn if side == 0 else np.pi + turn
    return Cut(side, (float(x), float(y)), (across * ring, long * ring), float(facing), float(depth))


def outline(who: Patient, where: Cut) -> Points:
    """The capsule: an ellipse with lobulation, dented at the hilum in the kidney's middle third."""
    rng = np.random.default_rng([who.seed, 32, where.side])
    angle = np.linspace(-np.pi, np.pi, 110, endpoint=False)
    lobes = 1 + sum(rng.normal(0, 0.018) * np.cos(k * angle + rng.uniform(0, 6)) for k in range(2, 7))
    dent = _opening(where) * 0.34 * np.exp(-((angle / 0.5) ** 2))
    return np.array([where.at(r, a) for r, a in zip(lobes - dent, angle, strict=True)])


def _opening(where: Cut) -> float:
    return float(np.clip(1.6 - 3.4 * abs(where.depth), 0, 1))


def _surroundings(canvas: Canvas, who: Patient, where: Cut, shape: Points) -> None:
    """Perirenal fat, the fascia as a hairline, and a few septa."""
    rng = np.random.default_rng([who.seed, 33, where.side])
    centre = np.asarray(where.centre)
    fat = who.tissue.fat
    far = centre + (shape - centre) * 1.32
    canvas.fill(far, fat + 14, Organ.FAT, SOFT)
    canvas.fill(centre + (far - centre) * 0.975, fat, Organ.FAT, SOFT)
    for _ in range(5):
        index = int(rng.integers(0, len(shape)))
        line = np.linspace(shape[index], far[(index + 4) % len(far)], 6)
        if np.linalg.norm(line[0] - line[-1]) < 16:
            canvas.stroke(line, 0.7, fat * 0.45)


def _pyramids(canvas: Canvas, who: Patient, where: Cut) -> None:
    rng = np.random.default_rng([who.seed, 34, where.side])
    count = int(rng.integers(6, 9))
    for angle in np.linspace(0.75, 2 * np.pi - 0.75, count) + rng.normal(0, 0.07, count):
        x, y = where.at(0.60, float(angle))
        out = np.asarray(where.at(1.0, float(angle))) - where.centre
        turn = float(np.arctan2(out[1], out[0]))
        size = where.radii[0] * rng.uniform(0.85, 1.1)
        shape = blob((x, y), (0.20 * size, 0.17 * size), turn, (0.0, 0.0, -0.08, 0.0))
        canvas.fill(shape, who.tissue.medulla, None, (Organ.KIDNEY,))


def _sinus(canvas: Canvas, who: Patient, where: Cut) -> None:
    rng = np.random.default_rng([who.seed, 35, where.side])
    room = float(np.clip(1.25 - 1.5 * abs(where.depth), 0, 1))
    if room <= 0.05:
        return
    fat, size = who.tissue.fat, where.radii
    middle = where.at(0.22, 0.0)
    radii = (0.40 * size[0] * room, 0.44 * size[1] * room)
    shape = blob(middle, radii, where.facing, tuple(rng.normal(0, 0.09, 8)))
    canvas.fill(shape, fat * 0.82, Organ.SINUS)
    gap = _opening(where)
    if gap > 0:
        gate = blob(where.at(0.75, 0.0), (0.40 * size[0], 0.20 * size[1] * gap), where.facing)
        canvas.fill(gate, fat * 0.9, Organ.SINUS)
    for _ in range(7):
        spot = where.at(float(rng.uniform(0.05, 0.42)), float(rng.uniform(-2.2, 2.2)))
        r, wet = rng.uniform(1.5, 3.2) * room, rng.random() < 0.5
        value = who.tissue.urine if wet else who.tissue.cava * 0.9
        canvas.fill(blob(spot, (r * 1.4, r), rng.uniform(0, 3)), value, None, (Organ.SINUS,))
    pelvis = blob(where.at(0.42, 0.12), (0.28 * size[0] * room, 0.13 * size[1] * room), where.facing + 0.25)
    canvas.fill(pelvis, who.tissue.urine, None, (Organ.SINUS,))


def _hilar_vessels(canvas: Canvas, who: Patient, where: Cut) -> None:
    """The renal vein to the cava and, behind it, the artery from the aorta; mid-kidney only."""
    gap = _opening(where)
    if gap < 0.35:
        return
    s, tissue = who.scale, who.tissue
    start = np.asarray(where.at(0.55, -0.05))
    end = np.array([-18.0, -26.0]) * s if where.side == 0 else np.array([10.0, -41.0]) * s
    knee = np.array([0.5 * (start[0] + end[0]), min(start[1], end[1]) * 0.5 - 10 * s])
    t = np.linspace(0, 1, 16)[:, None]
    vein = (1 - t) ** 2 * start + 2 * t * (1 - t) * knee + t**2 * end
    canvas.stroke(vein, (5.0 + 2.4 * where.side) * s * gap, tissue.cava)
    artery = np.linspace(start + np.array([0.0, 4.0]), np.array([8.0, -27.0]) * s, 12)
    artery[:, 1] += 3 * np.sin(np.linspace(0, 3.14, 12))
    if gap > 0.8:
        canvas.stroke(artery[: 8 if where.side == 0 else 12], 2.8 * s, tissue.aorta)


def paint_kidney(canvas: Canvas, who: Patient, where: Cut, z: float) -> None:
    """One kidney with what belongs to it; nothing where the slice misses it."""
    if where.radii[0] < 3:
        return
    shape = outline(who, where)
    _surroundings(canvas, who, where, shape)
    grain = field_at((who.seed, 36, where.side), canvas.hu.shape[0], 7, z, 8)
    canvas.fill(shape, (who.tissue.cortex + 2.5 * grain).astype(np.float32), Organ.KIDNEY, SOFT)
    _pyramids(canvas, who, where)
    _sinus(canvas, who, where)
    _hilar_vessels(canvas, who, where)
