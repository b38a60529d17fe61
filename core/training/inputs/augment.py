"""Changed copies of a framed slice, each change drawn up to its strength (`core.config.sections`).

They are made before the contrast is evened out, so that a copy goes the way of a new slice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.config.params import Augmentation

Square = NDArray[np.uint8]
EQUALISE_CLIP, EQUALISE_TILES = 4.0, (8, 8)
"""CLAHE as public copies of CT sets have it."""
_WHITE = 255.0


@dataclass(frozen=True, slots=True)
class _Drawn:
    """One copy's changes; the names of `Augmentation`, signed."""

    rotation: float
    shift: tuple[float, float]
    zoom: float
    mirror: bool
    brightness: float
    contrast: float
    equalise: bool
    noise: float
    blur: float


def change(square: Square, chosen: Augmentation, rng: np.random.Generator) -> Square:
    """A changed copy: moved (one bilinear warp, black comes in at the border), then other greys.

    Args:
        square: (S, S) uint8, framed and not equalised.
        chosen: The strengths; with all of them 0 the copy has the same bytes.
        rng: From `generator`: the same one gives the same copy. A strength's draw is the same
            whatever the other strengths are.

    Returns:
        (S, S) uint8.
    """
    drawn = _draw(chosen, rng)
    copy = _moved(square, drawn)
    if drawn.blur > 0:
        copy = cv2.GaussianBlur(copy, (0, 0), drawn.blur, borderType=cv2.BORDER_REPLICATE)
    if drawn.noise > 0:
        copy = _grained(copy, drawn.noise, rng)
    if drawn.brightness or drawn.contrast:
        copy = cv2.LUT(copy, _levels(drawn))
    if drawn.equalise:
        copy = cv2.createCLAHE(EQUALISE_CLIP, EQUALISE_TILES).apply(copy)
    return np.asarray(copy, np.uint8)


def generator(seed: int, sha256: str, number: int) -> np.random.Generator:
    """What settles a slice's copy.

    Args:
        seed: Of the whole training.
        sha256: The slice's digest, hex.
        number: Of the copy, from 1.
    """
    return np.random.default_rng([seed, int(sha256[:15], 16), number])


def preview(square: Square, chosen: Augmentation, seed: int, sha256: str, count: int) -> Sequence[Square]:
    """The first copies of a slice that a training with this seed learns from, not equalised yet.

    Args:
        square: (S, S) uint8, framed and not equalised.
        chosen: The strengths.
        seed: Of the training.
        sha256: The slice's digest, hex.
        count: How many.

    Returns:
        (S, S) uint8 each.
    """
    return [change(square, chosen, generator(seed, sha256, number)) for number in range(1, count + 1)]


def idle(chosen: Augmentation) -> bool:
    """Whether no strength changes anything, so that every copy is the slice itself."""
    return not any(chosen.model_dump(exclude={"copies"}).values())


def _draw(chosen: Augmentation, rng: np.random.Generator) -> _Drawn:
    # all are drawn, always and in this order: what is left out then changes no other draw
    signed, chances, spreads = rng.uniform(-1, 1, 6), rng.random(2), rng.random(2)
    return _Drawn(
        rotation=float(signed[0] * chosen.rotation),
        shift=(float(signed[1] * chosen.shift), float(signed[2] * chosen.shift)),
        zoom=float(signed[3] * chosen.zoom),
        mirror=bool(chances[0] < chosen.mirror),
        brightness=float(signed[4] * chosen.brightness),
        contrast=float(signed[5] * chosen.contrast),
        equalise=bool(chances[1] < chosen.equalise),
        noise=float(spreads[0] * chosen.noise),
        blur=float(spreads[1] * chosen.blur),
    )


def _moved(square: Square, drawn: _Drawn) -> Square:
    if not (drawn.mirror or drawn.rotation or drawn.zoom or any(drawn.shift)):
        return square.copy()
    side = len(square)
    middle = (side - 1) / 2
    matrix = cv2.getRotationMatrix2D((middle, middle), drawn.rotation, 1 + drawn.zoom)
    matrix[:, 2] += np.multiply(drawn.shift, side)
    if drawn.mirror:
        matrix = matrix @ np.array([[-1, 0, side - 1], [0, 1, 0], [0, 0, 1]], float)
    moved = cv2.warpAffine(square, matrix, (side, side), flags=cv2.INTER_LINEAR, borderValue=0)
    return np.asarray(moved, np.uint8)


def _grained(square: Square, sigma: float, rng: np.random.Generator) -> Square:
    grain = rng.standard_normal(square.shape, np.float32)
    return np.asarray(cv2.addWeighted(square, 1.0, grain, _WHITE * sigma, 0.0, dtype=cv2.CV_8U), np.uint8)


def _levels(drawn: _Drawn) -> Square:
    """(256,) uint8: each grey's new value, as under a wider or narrower window at another centre."""
    middle = _WHITE / 2
    greys = (np.arange(256) - middle) * (1 + drawn.contrast) + middle + _WHITE * drawn.brightness
    return np.asarray(np.clip(np.rint(greys), 0, 255), np.uint8)
