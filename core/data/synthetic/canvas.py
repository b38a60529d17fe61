"""Shapes in millimetres, painted as Hounsfield units on a pixel grid.

x runs to the right of the picture (the patient's left), y downwards (the patient's back), and the
origin is the middle of the vertebral body.
"""

from enum import IntEnum

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Points = NDArray[np.float64]
_SUBPIXEL = 4


class Organ(IntEnum):
    """What a pixel shows; the values of `Canvas.organs`."""

    AIR = 0
    SKIN = 1
    FAT = 2
    MUSCLE = 3
    BONE = 4
    LIVER = 5
    SPLEEN = 6
    VESSEL = 7
    BOWEL = 8
    KIDNEY = 9
    SINUS = 10
    DISC = 11
    LESION = 12
    CANAL = 13
    GALLBLADDER = 14
    SUBCUTIS = 15


def blob(
    centre: tuple[float, float],
    radii: tuple[float, float],
    turn: float = 0.0,
    wobble: tuple[float, ...] = (),
    power: float = 2.0,
    count: int = 96,
) -> Points:
    """A closed contour: an ellipse with low Fourier harmonics on its radius.

    Args:
        centre: (x, y) in mm.
        radii: Half axes in mm.
        turn: Rotation in radians, clockwise on the picture.
        wobble: Cosine and sine amplitude of harmonics 2, 3, ... as fractions of the radius.
        power: 2 is an ellipse, larger is boxier (superellipse).
        count: Number of points.

    Returns:
        (count, 2) points in mm.
    """
    angle = np.linspace(0.0, 2.0 * np.pi, count, endpoint=False)
    scale = np.ones(count)
    for index in range(len(wobble) // 2):
        order = index + 2
        scale += wobble[2 * index] * np.cos(order * angle) + wobble[2 * index + 1] * np.sin(order * angle)
    bend = 2.0 / power
    x = radii[0] * scale * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** bend
    y = radii[1] * scale * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** bend
    cos, sin = np.cos(turn), np.sin(turn)
    return np.stack([centre[0] + cos * x - sin * y, centre[1] + sin * x + cos * y], axis=1)


def smooth(corners: list[tuple[float, float]], steps: int = 10) -> Points:
    """A closed Catmull-Rom curve through ``corners`` (mm), (len * steps, 2)."""
    p1 = np.asarray(corners, dtype=np.float64)
    p0, p2, p3 = np.roll(p1, 1, axis=0), np.roll(p1, -1, axis=0), np.roll(p1, -2, axis=0)
    t = np.linspace(0.0, 1.0, steps, endpoint=False)[None, :, None]
    a, b, c, d = (p[:, None, :] for p in (p0, p1, p2, p3))
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return np.asarray(curve.reshape(-1, 2))


def mirrored(points: Points) -> Points:
    """The same contour on the other side of the body."""
    return np.asarray(points * np.array([-1.0, 1.0]))


class Canvas:
    """A slice being painted, later shapes over earlier ones.

    Attributes:
        hu: (N, N) float32 Hounsfield units, air (-1000) at first.
        organs: (N, N) uint8, the `Organ` of each pixel.
        spacing: Pixel distance in mm.
    """

    def __init__(self, size: int, spacing: float, middle: tuple[float, float]) -> None:
        """``middle`` is the millimetre position that lies in the picture's middle."""
        self.hu: Floats = np.full((size, size), -1000.0, np.float32)
        self.organs: NDArray[np.uint8] = np.zeros((size, size), np.uint8)
        self.spacing = spacing
        self._shift = np.asarray(middle) - spacing * (size - 1) / 2.0

    def fill(
        self,
        points: Points,
        value: float | Floats,
        organ: Organ | None = None,
        only: tuple[Organ, ...] | None = None,
    ) -> None:
        """Paint a contour (mm) with one value or a whole (N, N) field of values.

        ``organ`` None leaves the label map alone; ``only`` keeps the paint inside some organs.
        """
        pixels = (points - self._shift) / self.spacing
        size = self.hu.shape[0]
        low = np.maximum(np.floor(pixels.min(axis=0)).astype(int) - 2, 0)
        high = np.minimum(np.ceil(pixels.max(axis=0)).astype(int) + 3, size)
        if (high <= low).any():
            return
        box = (slice(low[1], high[1]), slice(low[0], high[0]))
        cover = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
        vertices = np.round((pixels - low) * 2**_SUBPIXEL).astype(np.int32)
        cv2.fillPoly(cover, [vertices], 255, cv2.LINE_AA, _SUBPIXEL)
        if only is not None:
            cover[~np.isin(self.organs[box], only)] = 0
        share = cover.astype(np.float32) / 255.0
        colour = value[box] if isinstance(value, np.ndarray) else np.float32(value)
        self.hu[box] += share * (colour - self.hu[box])
        if organ is not None:
            self.organs[box][cover > 127] = organ

    def stroke(self, points: Points, width: float, value: float, organ: Organ | None = None) -> None:
        """Paint an open line (mm) of some width (mm), such as a vessel or a fascia."""
        along = np.gradient(points, axis=0)
        across = np.stack([-along[:, 1], along[:, 0]], axis=1)
        across /= np.maximum(np.hypot(across[:, :1], across[:, 1:]), 1e-6)
        self.fill(np.vstack([points + across * width / 2, (points - across * width / 2)[::-1]]), value, organ)

    def region(self, points: Points) -> NDArray[np.bool_]:
        """(N, N) the pixels whose middle lies in a contour (mm)."""
        cover = np.zeros(self.hu.shape, np.uint8)
        pixels = np.round((points - self._shift) / self.spacing * 2**_SUBPIXEL).astype(np.int32)
        cv2.fillPoly(cover, [pixels], 1, cv2.LINE_8, _SUBPIXEL)
        return cover.astype(bool)
