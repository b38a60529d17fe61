"""The frame of the slice: skin, fat, muscle wall, ribs, spine, psoas, and the table below."""

import numpy as np

from core.data.synthetic.canvas import Canvas, Organ, Points, blob, mirrored, smooth
from core.data.synthetic.patient import Patient
from core.data.synthetic.physics import field_at

CORTICAL = 620.0
MARROW = 190.0


def muscle_outline(who: Patient) -> Points:
    """The outer contour of the muscle wall, with the furrow over the spine; (160, 2) mm."""
    w, f, b = who.width, who.front, who.back
    half = [
        (0.36 * w, -0.955 * f),
        (0.70 * w, -0.76 * f),
        (0.92 * w, -0.41 * f),
        (1.00 * w, 0.00),
        (0.90 * w, 0.45 * b),
        (0.64 * w, 0.78 * b),
        (0.36 * w, 1.00 * b),
        (0.13 * w, 1.00 * b),
    ]
    left = [(-x, y) for x, y in reversed(half)]
    return smooth([(0.0, -f), *half, (0.0, 0.86 * b), *left])


def grown(points: Points, margin: np.ndarray | float) -> Points:
    """The contour moved outwards by ``margin`` mm (negative: inwards)."""
    along = np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)
    normal = np.stack([along[:, 1], -along[:, 0]], axis=1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)
    return np.asarray(points + normal * np.reshape(margin, (-1, 1)))


def _fat_margin(who: Patient, points: Points) -> np.ndarray:
    front = np.clip(-points[:, 1] / who.front, 0, 1) ** 2
    back = np.clip(points[:, 1] / who.back, 0, 1) ** 2
    middle = np.exp(-((points[:, 0] / 14.0) ** 2)) * (points[:, 1] > 0)
    side = who.fat_side * (1 + 0.10 * np.sin(points[:, 0] / 23.0 + who.seed))
    margin = side * (1 - front) + who.fat_front * front
    return np.asarray(np.maximum(margin * (1 - 0.25 * back) * (1 - 0.45 * middle), 4.0))


def _cavity(who: Patient) -> Points:
    w, f, b, wall = who.width, who.front, who.back, who.wall
    half = [
        (0.34 * w, -0.955 * f + 9),
        (0.70 * w - 0.55 * wall, -0.76 * f + 0.6 * wall),
        (0.92 * w - 0.9 * wall, -0.41 * f),
        (1.00 * w - wall, 0.00),
        (0.88 * w - wall, 0.38 * b),
        (0.60 * w, 0.50 * b),
        (0.40 * w, 0.34 * b),
        (0.20 * w, 0.10 * b),
    ]
    left = [(-x, y) for x, y in reversed(half)]
    return smooth([(0.0, -f + 7), *half, (0.0, 0.0), *left])


def _layers(canvas: Canvas, who: Patient, outline: Points) -> None:
    """Thin fat planes between the three muscles of the flank, and at the edge of the rectus."""
    for depth in (0.36, 0.68):
        inner = grown(outline, -who.wall * depth)
        for part in (inner[16:42], inner[118:144]):
            canvas.stroke(part, 0.9, who.tissue.fat * 0.35)
    for sign in (-1, 1):
        top = np.array(
            [[sign * 0.44 * who.width, -1.0 * who.front], [sign * 0.50 * who.width, -0.70 * who.front]]
        )
        canvas.stroke(np.linspace(top[0], top[1], 8), 3.2, who.tissue.fat * 0.9, Organ.SUBCUTIS)


def _back_muscles(canvas: Canvas, who: Patient, marbling: np.ndarray) -> None:
    s, fat = who.scale, who.tissue.fat
    for flip in (1.0, -1.0):
        septum = np.array([[58, 22], [54, 36], [60, 50], [66, 58]], float) * s * [flip, 1]
        canvas.stroke(septum, 2.4, fat * 0.8)
        inner = np.array([[20, 30], [26, 42], [24, 54], [29, 63]], float) * s * [flip, 1]
        canvas.stroke(inner, 1.3, fat * 0.45)
        bundle = blob((38 * s * flip, 46 * s), (29 * s, 17 * s), 0.25 * flip, (0.05, 0.04))
        streaks = np.where(marbling > 1.55, np.float32(-12), canvas.hu)
        canvas.fill(bundle, streaks, None, only=(Organ.MUSCLE,))


def paint_wall(canvas: Canvas, who: Patient, z: float) -> None:
    """Skin, fat under it, muscles, and the empty (fat-filled) abdominal cavity."""
    size = canvas.hu.shape[0]
    outline = muscle_outline(who)
    skin = grown(outline, _fat_margin(who, outline))
    tissue = who.tissue
    canvas.fill(skin, 15.0, Organ.SKIN)
    grain = field_at((who.seed, 11), size, 26, z, 18)
    canvas.fill(grown(skin, -2.2), (tissue.fat + 3 * grain).astype(np.float32), Organ.SUBCUTIS)
    fibres = field_at((who.seed, 12), size, 7, z, 12)
    canvas.fill(outline, (tissue.muscle + 4 * fibres).astype(np.float32), Organ.MUSCLE)
    canvas.fill(_cavity(who), (tissue.fat + 5 * grain).astype(np.float32), Organ.FAT)
    _layers(canvas, who, outline)
    _back_muscles(canvas, who, fibres)


def paint_ribs(canvas: Canvas, who: Patient, z: float) -> None:
    """Ribs 10 to 12, cut obliquely; each slides forwards going down and ends at its tip."""
    middle = grown(muscle_outline(who), -who.wall * 0.55)
    along = np.roll(middle, -1, axis=0) - np.roll(middle, 1, axis=0)
    rng = np.random.default_rng([who.seed, 15])
    down = z + rng.uniform(-6, 22)
    for start, tip, length in ((63.0, 12.0, 11.0), (54.0, 34.0, 10.0), (43.0, 60.0, 9.0)):
        fade = min(1.0, (tip - down) / 6 + 0.3)
        lean = int(rng.integers(-1, 2))
        if down > tip:
            continue
        at = int(np.clip(start - (down + 30) * 0.13, 2, 77))
        for index in (at, len(middle) - 1 - at + lean):
            turn = float(np.arctan2(along[index, 1], along[index, 0]))
            where = (float(middle[index, 0]), float(middle[index, 1]))
            canvas.fill(blob(where, (length * fade, 3.9 * fade), turn), CORTICAL * 0.8, Organ.BONE)
            canvas.fill(blob(where, (length * fade - 2, 2.0 * fade), turn), MARROW)


def _vertebra(s: float) -> Points:
    return smooth(
        [(x * s, y * s) for x, y in
         [(0, -17.5), (13, -16), (21.5, -8), (22, 4), (16, 13), (6, 13.5), (0, 12), (-6, 13.5), (-16, 13),
          (-22, 4), (-21.5, -8), (-13, -16)]]
    )  # fmt: skip


def _arch(canvas: Canvas, s: float, body: float) -> None:
    """Pedicles and transverse processes (``body`` 1) or facet joints (0), laminae, spinous process."""
    for flip in (1.0, -1.0):
        m = np.array([flip * s, s])
        canvas.fill(
            blob((15 * s * flip, 15 * s), (5 * s, 8 * body * s + 0.5), 0.1 * flip), CORTICAL, Organ.BONE
        )
        if body > 0.5:
            process = np.array([[15, 17], [24, 18.5], [34, 20.5], [43, 19]], float) * m
            canvas.stroke(process, 5.5 * s, CORTICAL, Organ.BONE)
            canvas.stroke(process[:-1], 2.4 * s, MARROW)
        canvas.fill(blob((17 * s * flip, 25 * s), (6.5 * s, 7.5 * s), 0.5 * flip), CORTICAL, Organ.BONE)
        canvas.fill(blob((17 * s * flip, 25 * s), (3.2 * s, 4.0 * s), 0.5 * flip), MARROW + 120)
        lamina = np.array([[15, 27], [9, 31], [3, 34.5], [0, 36]], float) * m
        canvas.stroke(lamina, 5 * s, CORTICAL, Organ.BONE)
    spine = np.array([[0, 33], [0.4, 42], [-0.3, 50], [0.2, 57]], float) * s
    canvas.stroke(spine, 6.5 * s, CORTICAL, Organ.BONE)
    canvas.fill(blob((0.2 * s, 56 * s), (4.6 * s, 4.2 * s)), CORTICAL * 0.85, Organ.BONE)
    canvas.fill(blob((0, 47 * s), (1.5 * s, 8 * s)), MARROW)


def paint_spine(canvas: Canvas, who: Patient, z: float) -> None:
    """Vertebral body or disc by height, the arch behind it, and the canal."""
    s, size = who.scale, canvas.hu.shape[0]
    level = (z + who.spine_z) % 36.0
    body = float(np.clip(min(level, 36.0 - level) / 3.0 - 1.2, 0, 1))
    grain = field_at((who.seed, 13), size, 2.2, z, 3)
    _arch(canvas, s, body)
    shape = _vertebra(s)
    rim = CORTICAL * body + 150 * (1 - body)
    inside = (MARROW * body + 95 * (1 - body)) + (26 * body + 6) * grain
    canvas.fill(shape, rim, Organ.BONE if body > 0.5 else Organ.DISC)
    canvas.fill(shape * (1 - 0.075 * (0.4 + 0.6 * body)), inside.astype(np.float32))
    canvas.fill(blob((0, 20.5 * s), (10.5 * s, 8.2 * s), 0, (0, 0, 0, 0.06)), -55.0, Organ.CANAL)
    canvas.fill(blob((0, 20 * s), (8.6 * s, 6.8 * s)), 22.0, Organ.CANAL)


def paint_psoas(canvas: Canvas, who: Patient, z: float) -> None:
    """Psoas and quadratus lumborum; both grow going down."""
    s, size = who.scale, canvas.hu.shape[0]
    fibres = field_at((who.seed, 14), size, 8, z, 12)
    value = (who.tissue.muscle + 3 + 3 * fibres).astype(np.float32)
    grow = float(np.clip(1 + z / 170, 0.7, 1.3))
    shape = blob((32 * s, 5 * s), (13.5 * s * grow, 19 * s * grow), -0.30, (0.03, 0.04, 0.05, 0.0))
    back = blob((57 * s, 27 * s), (17 * s, 8.0 * s * grow), -0.12, (0.05, 0.03))
    for points in (shape, mirrored(shape), back, mirrored(back)):
        canvas.fill(points, who.tissue.fat, Organ.FAT, only=(Organ.MUSCLE,))
        centre = points.mean(axis=0)
        canvas.fill(centre + (points - centre) * 0.95, value, Organ.MUSCLE)


def paint_table(canvas: Canvas, who: Patient) -> None:
    """The curved table top under the back."""
    below = who.back + who.fat_side + 4
    x = np.linspace(-235, 235, 90)
    for depth, curve, bright in ((0.0, 640.0, 150.0), (16.0, 560.0, -250.0)):
        y = below + 8 + depth - x**2 / (2 * curve)
        canvas.stroke(np.stack([x, y], axis=1), 1.5, bright)
