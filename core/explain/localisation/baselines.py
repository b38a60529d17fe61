"""Maps that know nothing of the model: what a method must beat before it says anything."""

import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np

from core.domain import Placement
from core.explain.localisation.scores import Bools
from core.explain.values import Floats
from core.imaging.preprocess import lay

TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "centre": "Centre of the picture",
        "body": "Centre of the body",
        "random": "Random smooth maps",
        "uniform": "Everywhere alike",
    }
)
"""By key, for a person."""
PEAKED: Final = ("centre", "body")
"""Those whose peak hits or misses."""
SPREAD: Final = 1 / 6
"""Standard deviation of a Gaussian along each side, in shares of that side."""
DRAWS: Final = 10
"""Random maps a slice."""
GRID: Final = 10
"""Side of the grid that a random map is drawn on: that of the feature map of a square of 320."""


def maps(body: Bools, placement: Placement, digest: str) -> dict[str, tuple[Floats, ...]]:
    """Every baseline's maps of one slice, in its own pixels; several stand for their mean score.

    All but the first two lie only where the model saw the slice, as a method's maps do.

    Args:
        body: (H, W), True on the body.
        placement: What of the slice the model saw.
        digest: The slice's; random maps are seeded with it.

    Returns:
        (H, W) float32 maps, at least 0, by the keys of `TITLES`.
    """
    height, width = body.shape
    left, top, wide, tall = cv2.boundingRect(body.astype(np.uint8))
    rng = np.random.default_rng(zlib.crc32(digest.encode()))
    return {
        "centre": (_gaussian(body.shape, (height / 2, width / 2), (height, width)),),
        "body": (_gaussian(body.shape, (top + tall / 2, left + wide / 2), (tall, wide)),),
        "random": tuple(lay(_noise(rng), placement) for _ in range(DRAWS)),
        "uniform": (lay(np.ones((1, 1), np.float32), placement),),
    }


def _gaussian(shape: tuple[int, ...], middle: tuple[float, float], sides: tuple[float, float]) -> Floats:
    rows, columns = (
        np.exp(-0.5 * ((np.arange(length) + 0.5 - at) / (SPREAD * side)) ** 2)
        for length, at, side in zip(shape, middle, sides, strict=True)
    )
    return np.asarray(np.outer(rows, columns), np.float32)


def _noise(rng: np.random.Generator) -> Floats:
    """The positive part of smoothed noise, as a map is the positive part of what speaks for a class."""
    drawn = cv2.GaussianBlur(rng.standard_normal((GRID, GRID)).astype(np.float32), (0, 0), 1.0)
    return np.asarray(np.maximum(drawn, 0) if (drawn > 0).any() else drawn - drawn.min(), np.float32)
