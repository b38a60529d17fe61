"""Liver, gallbladder, spleen, pancreas, great vessels, bowel and mesentery at kidney level."""

import numpy as np

from core.data.synthetic.canvas import Canvas, Floats, Organ, blob, smooth
from core.data.synthetic.patient import Patient
from core.data.synthetic.physics import field_at

_INSIDE = (Organ.FAT, Organ.BOWEL, Organ.VESSEL, Organ.LIVER, Organ.SPLEEN)


def _texture(value: float, who: Patient, part: int, size: int, z: float, spread: float) -> Floats:
    return np.asarray(value + spread * field_at((who.seed, part), size, 9, z, 9), dtype=np.float32)


def paint_mesentery(canvas: Canvas, who: Patient, z: float) -> None:
    """Small vessels in the fat: dots, and short strands that point to the root."""
    rng = np.random.default_rng([who.seed, 21])
    bright = who.tissue.cava * 0.8
    for _ in range(34):
        x, y = rng.uniform(-0.5, 0.62) * who.width, -rng.uniform(0.32, 0.80) * who.front
        drift = 5 * np.sin(z / rng.uniform(9, 20) + rng.uniform(0, 6))
        spot = (x + drift, y + 0.5 * drift)
        root = np.array([2.0, -50.0 * who.scale])
        reach = spot + (root - spot) * rng.uniform(0.05, 0.25)
        bend = np.array([rng.normal(0, 2), rng.normal(0, 2)])
        width = rng.uniform(0.9, 2.2)
        line = np.array([spot, (np.asarray(spot) + reach) / 2 + bend, reach])
        canvas.stroke(line, width, bright * rng.uniform(0.1, 0.7))
        canvas.fill(
            blob(spot, (width, width * 1.2), rng.uniform(0, 3)), bright * rng.uniform(0.5, 1), Organ.VESSEL
        )


def _colon(canvas: Canvas, who: Patient, centre: tuple[float, float], radii: tuple[float, float],
           rng: np.random.Generator, stool: Floats) -> None:  # fmt: skip
    """Thin wall round mottled stool, or round gas over a flat fluid level."""
    turn = float(rng.uniform(-0.5, 0.5))
    wobble = tuple(rng.normal(0, 0.045, 8))
    canvas.fill(blob(centre, (radii[0] + 4, radii[1] + 4), turn, wobble), who.tissue.fat, Organ.FAT, _INSIDE)
    canvas.fill(blob(centre, radii, turn, wobble), who.tissue.bowel_wall, Organ.BOWEL, _INSIDE)
    lumen = blob(centre, (radii[0] - 2.2, radii[1] - 2.2), turn, wobble)
    if rng.random() < 0.65:
        canvas.fill(lumen, stool, None, (Organ.BOWEL,))
        return
    canvas.fill(lumen, 25.0, None, (Organ.BOWEL,))
    level = centre[1] + radii[1] * float(rng.uniform(-0.3, 0.7))
    gas = lumen.copy()
    gas[:, 1] = np.minimum(gas[:, 1], level)
    canvas.fill(gas, -940.0, None, (Organ.BOWEL,))


def _loop(canvas: Canvas, who: Patient, centre: tuple[float, float], rng: np.random.Generator) -> None:
    """A loop of small bowel: a soft sausage, now and then with a bubble at its front."""
    length, thick, turn = rng.uniform(12, 26), rng.uniform(8, 11.5), rng.normal(0, 0.5)
    wobble = tuple(rng.normal(0, 0.05, 6))
    canvas.fill(blob(centre, (length + 2.5, thick + 2.5), turn, wobble), who.tissue.fat, Organ.FAT, _INSIDE)
    canvas.fill(blob(centre, (length, thick), turn, wobble), who.tissue.bowel_wall, Organ.BOWEL, _INSIDE)
    content = who.tissue.bowel_wall * 0.55 + rng.uniform(-4, 14)
    canvas.fill(blob(centre, (length - 2.4, thick - 2.6), turn, wobble), content, None, (Organ.BOWEL,))
    if rng.random() < 0.3:
        bubble = (centre[0] + rng.uniform(-0.4, 0.4) * length, centre[1] - 0.35 * thick)
        canvas.fill(blob(bubble, (0.35 * length, 0.38 * thick), turn), -850.0, None, (Organ.BOWEL,))


def paint_bowel(canvas: Canvas, who: Patient, z: float) -> None:
    """Small bowel in the middle and on the left, colon as a frame round it."""
    w, f, size = who.width, who.front, canvas.hu.shape[0]
    rng = np.random.default_rng([who.seed, 22])
    bubbles = 0.7 * field_at((who.seed, 23), size, 3.6, z, 5) + 0.7 * field_at((who.seed, 20), size, 9, z, 6)
    stool = np.where(bubbles > 0.55, -560.0, 38 + 10 * bubbles).astype(np.float32)

    def drift() -> tuple[float, float]:
        span, phase = rng.uniform(11, 22), rng.uniform(0, 6.3)
        return float(3.5 * np.sin(z / span + phase)), float(2.5 * np.cos(z / span + phase))

    for x, y in ((0.20, -0.62), (0.46, -0.55), (0.30, -0.76), (0.56, -0.58), (0.02, -0.70), (0.52, -0.36),
                 (0.66, -0.34), (-0.16, -0.64), (0.38, -0.40)):  # fmt: skip
        dx, dy = drift()
        _loop(canvas, who, (x * w + dx + rng.normal(0, 4), y * f + dy + rng.normal(0, 4)), rng)
    for x, y, a, b in ((-0.46, -0.62, 19, 17), (-0.24, -0.80, 20, 13), (0.05, -0.84, 21, 12),
                       (0.32, -0.82, 17, 12), (0.75, -0.14, 12, 13)):  # fmt: skip
        dx, dy = drift()
        grow = rng.uniform(0.85, 1.15)
        _colon(canvas, who, (x * w + dx, y * f + dy), (a * grow, b * grow), rng, stool)


def _liver_vessels(canvas: Canvas, who: Patient, z: float) -> None:
    rng = np.random.default_rng([who.seed, 24])
    contrast = (who.tissue.cava - who.tissue.liver) * 0.75
    for _ in range(16):
        x, y = rng.uniform(-0.86, -0.36) * who.width, rng.uniform(-0.75, 0.15) * who.front
        height, r = rng.uniform(-50, 50), rng.uniform(1.0, 2.6)
        near = 1 - abs(z - height) / 26
        if near > 0:
            spot = blob((x, y), (r * rng.uniform(1, 4) * near, r * near), rng.uniform(0, 3))
            canvas.fill(spot, who.tissue.liver + contrast, None, (Organ.LIVER,))


def paint_liver(canvas: Canvas, who: Patient, z: float) -> None:
    """The right lobe along the flank, thinner going down, and the gallbladder at its edge."""
    w, f, wall, size = who.width, who.front, who.wall, canvas.hu.shape[0]
    rng = np.random.default_rng([who.seed, 25])
    thick = w * float(np.clip(rng.uniform(0.24, 0.50) - z / 330, 0.0, 0.62))
    if thick < 0.06 * w:
        return
    edge = -(w - wall - 3)
    inner = edge + thick
    end = float(rng.uniform(0.06, 0.22)) * f
    shape = smooth([
        (0.76 * edge, -0.70 * f + 0.2 * wall), (0.925 * edge, -0.48 * f), (0.995 * edge, -0.2 * f),
        (1.0 * edge, 0.0), (0.965 * edge, end), (0.5 * (edge * 0.96 + inner), 0.9 * end),
        (inner, -0.16 * f), (inner + 0.03 * w, -0.42 * f), (inner + 0.02 * w, -0.66 * f),
    ])  # fmt: skip
    canvas.fill(shape, _texture(who.tissue.liver, who, 26, size, z, 3), Organ.LIVER, _INSIDE)
    _liver_vessels(canvas, who, z)
    bladder = float(1 - ((z + 8) / 30) ** 2) * (thick > 0.2 * w)
    if bladder > 0.1:
        r = 13 * np.sqrt(bladder)
        shape = blob((inner + 0.04 * w, -0.55 * f), (r, r * 1.35), 0.5)
        canvas.fill(shape, who.tissue.bowel_wall, Organ.GALLBLADDER, _INSIDE)
        canvas.fill(shape + (shape.mean(axis=0) - shape) * 0.12, 9.0, None, (Organ.GALLBLADDER,))


def paint_spleen(canvas: Canvas, who: Patient, z: float) -> None:
    """The lower tip of the spleen, behind and beside the left kidney; gone further down."""
    rng = np.random.default_rng([who.seed, 27])
    height = rng.uniform(-14, 22)
    grow = float(np.clip((height - z) / 34, 0, 1)) ** 0.5
    if grow <= 0.15:
        return
    edge = who.width - who.wall - 3
    shape = blob((edge - 15 * grow, -2.0), (14.5 * grow, 36 * grow), 0.16, tuple(rng.normal(0, 0.04, 6)))
    value = _texture(who.tissue.spleen, who, 28, canvas.hu.shape[0], z, 3)
    canvas.fill(shape, value, Organ.SPLEEN, _INSIDE)


def paint_vessels(canvas: Canvas, who: Patient, z: float) -> None:
    """Pancreatic head or duodenum, aorta, inferior vena cava, and the mesenteric root."""
    s, tissue = who.scale, who.tissue
    rng = np.random.default_rng([who.seed, 29])
    sway = 2.0 * np.sin(z / 25 + rng.uniform(0, 6))
    head = blob(((-30 + sway) * s, -46 * s), (17 * s, 12 * s), 0.5, tuple(rng.normal(0, 0.06, 8)))
    third = blob(((-6 + sway) * s, -45 * s), (30 * s, 6.5 * s), 0.14, tuple(rng.normal(0, 0.07, 8)))
    lobules = _texture(tissue.bowel_wall, who, 30, canvas.hu.shape[0], z, 10)
    for shape in (head, third):
        canvas.fill(shape + (shape - shape.mean(axis=0)) * 0.12, tissue.fat, Organ.FAT, _INSIDE)
        canvas.fill(shape, lobules, Organ.BOWEL)
    canvas.fill(blob((5 * s, -27 * s), (29 * s, 12.5 * s)), tissue.fat, Organ.FAT, _INSIDE)
    aorta = blob((8 * s, -28 * s), (9.8 * s, 9.6 * s))
    canvas.fill(aorta, tissue.aorta * 0.8 + 6, Organ.VESSEL)
    canvas.fill(blob((8 * s, -28 * s), (8.9 * s, 8.7 * s)), tissue.aorta, Organ.VESSEL)
    cava = blob((-16 * s, -25 * s), (12 * s, 8.8 * s), -0.25, (0.04, 0.03))
    canvas.fill(cava, tissue.cava, Organ.VESSEL)
    for x, y, r in ((4, -56, 3.6), (-8, -58, 5.2), (26, -38, 2.4), (17, -48, 2.0)):
        spot = blob(((x + sway) * s, y * s), (r * s, r * s))
        canvas.fill(spot, tissue.fat, Organ.FAT, (Organ.BOWEL,))
        canvas.fill(spot, tissue.cava if r > 4 else tissue.aorta, Organ.VESSEL)
    if rng.random() < 0.45:
        plaque = blob(((8 - 8.2) * s, -24 * s), (1.1, 3.2), 0.5)
        canvas.fill(plaque, 480.0)
