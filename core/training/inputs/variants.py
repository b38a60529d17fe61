"""Changed copies of a slice that should get the slice's own answer."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import SettingsError

Grey = NDArray[np.uint8]
PLAIN = "plain"
CONTRAST_CLIP = 4.0
TURN = 12.0
"""Degrees."""
SMALLER, LARGER = 0.85, 1.1
SHIFT = 0.06
"""Of the side."""
DARKER, BRIGHTER = 1.4, 0.7
"""Gamma."""


def contrast(grey: Grey, rng: np.random.Generator) -> Grey:
    """Contrast-limited adaptive histogram equalisation, as public copies of CT sets have it."""
    del rng
    return np.asarray(cv2.createCLAHE(CONTRAST_CLIP, (8, 8)).apply(grey), np.uint8)


def moved(grey: Grey, rng: np.random.Generator) -> Grey:
    """Turned, scaled and shifted a little, at another gamma."""
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D(
        (width / 2, height / 2), rng.uniform(-TURN, TURN), rng.uniform(SMALLER, LARGER)
    )
    matrix[:, 2] += rng.uniform(-SHIFT, SHIFT, 2) * (width, height)
    levels = 255.0 * (np.arange(256) / 255.0) ** rng.uniform(BRIGHTER, DARKER)
    turned = cv2.warpAffine(grey, matrix, (width, height), flags=cv2.INTER_LINEAR)
    return np.asarray(cv2.LUT(turned, levels.astype(np.uint8)), np.uint8)


def mirrored(grey: Grey, rng: np.random.Generator) -> Grey:
    """Left and right changed places, and a small move."""
    return moved(np.ascontiguousarray(grey[:, ::-1]), rng)


def contrast_moved(grey: Grey, rng: np.random.Generator) -> Grey:
    """Moved, then `contrast`."""
    return contrast(moved(grey, rng), rng)


TABLE: Mapping[str, Callable[[Grey, np.random.Generator], Grey]] = MappingProxyType(
    {"contrast": contrast, "moved": moved, "mirrored": mirrored, "contrast_moved": contrast_moved}
)


def check(names: tuple[str, ...]) -> None:
    """See that each is known.

    Raises:
        SettingsError: One is not.
    """
    for name in names:
        if name not in TABLE:
            raise SettingsError(
                f'There is no variant "{name}". Use any of: {", ".join(TABLE)}.', "unknown-variant"
            )


def make(name: str, grey: Grey, sha256: str, seed: int) -> Grey:
    """A slice's copy; the same slice, name and seed give the same copy.

    Args:
        name: ``"plain"``, or a key of `TABLE`.
        grey: (H, W) uint8.
        sha256: The slice's digest, hex.
        seed: Of the whole training.
    """
    if name == PLAIN:
        return grey
    number = sum(ord(letter) << (8 * at) for at, letter in enumerate(name[:8]))
    return TABLE[name](grey, np.random.default_rng([seed, int(sha256[:15], 16), number]))
