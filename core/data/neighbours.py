"""The nearest and the most alike slice on the other side of a split, for many splits at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 32
_BLOCK = 512
_FAR = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Who is tested, and against whom.

    Attributes:
        part: (N,) a slice's part of the split; slices of one part are never compared.
        tested: (N,) True for slices that are tested.
        known: (N,) True for slices that they are compared with.
    """

    part: NDArray[np.intp]
    tested: NDArray[np.bool_]
    known: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """The answer for one split, for the T tested slices that had anybody to be compared with.

    Attributes:
        tested: (T,) which slices, rising.
        nearest: (T,) the slice at the least Euclidean distance of raw pixels; the first of equals.
        alike: (T,) the slice that correlates most; the first of equals.
        correlation: (T,) how much, -1..1; 0 for a picture of a single grey.
    """

    tested: NDArray[np.intp]
    nearest: NDArray[np.intp]
    alike: NDArray[np.intp]
    correlation: NDArray[np.float32]


def find(
    thumbnails: NDArray[np.uint8],
    splits: Sequence[Parts],
    progress: Callable[[float], None] | None = None,
) -> list[Neighbours]:
    """Compare tested slices with the known ones of other parts, at 32 x 32 pixels.

    One matrix product a block of slices serves every split. Memory grows with the number of
    slices, not with its square.

    Args:
        thumbnails: (N, H, W) uint8.
        splits: Of the same slices.
        progress: Told the share that is done.

    Returns:
        An answer a split.
    """
    pixels = _pixels(thumbnails)
    squares = np.einsum("ij,ij->i", pixels, pixels).astype(np.int32)
    sums = pixels.sum(axis=1)
    spread = np.sqrt(np.maximum(squares - sums**2 / SIDE**2, 0))
    # a picture of a single grey is like none, rather than like all
    scale = np.divide(1, spread, out=np.zeros_like(spread), where=spread > 1e-3)
    found: list[list[Neighbours]] = [[] for _ in splits]
    for start in range(0, len(pixels), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(pixels)))
        products = pixels[rows] @ pixels.T
        # whole numbers: equal distances compare as equal
        distances = squares[rows, None] + squares - 2 * products.astype(np.int32)
        likeness = (products - (sums[rows, None] / SIDE**2) * sums) * scale[rows, None] * scale
        for split, answers in zip(splits, found, strict=True):
            answers.append(_best(rows, split, distances, likeness))
        if progress:
            progress((start + len(rows)) / len(pixels))
    return [_joined(answers) for answers in found]


def _pixels(thumbnails: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, 1024) grey values less 128: sums of their products stay below 2**24, exact in float32."""
    small = [cv2.resize(one, (SIDE, SIDE), interpolation=cv2.INTER_AREA).ravel() for one in thumbnails]
    return np.array(small, np.float32).reshape(-1, SIDE**2) - 128


def _best(
    rows: NDArray[np.intp], split: Parts, distances: NDArray[np.int32], likeness: NDArray[np.float32]
) -> Neighbours:
    """The answer for a block of slices."""
    allowed = split.known & (split.part != split.part[rows, None])
    kept = split.tested[rows] & allowed.any(axis=1)
    allowed = allowed[kept]
    nearest = np.where(allowed, distances[kept], _FAR).argmin(axis=1)
    masked = np.where(allowed, likeness[kept], np.float32(-2))
    alike = masked.argmax(axis=1)
    return Neighbours(rows[kept], nearest, alike, masked[np.arange(len(alike)), alike])


def _joined(answers: Sequence[Neighbours]) -> Neighbours:
    def whole(name: str) -> NDArray[np.intp]:
        return np.concatenate([getattr(one, name) for one in answers] or [np.zeros(0, np.intp)])

    return Neighbours(
        whole("tested"), whole("nearest"), whole("alike"), whole("correlation").astype(np.float32)
    )
