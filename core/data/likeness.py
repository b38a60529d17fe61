"""How alike two slices look: correlation of thumbnails and distance of perceptual hashes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 64
SAME = 0.99
"""Correlation above which two slices may be the same picture."""
NEAR = 4
"""Bits that the hashes of the same picture may differ in."""
TWIN = 0.96
"""Correlation at 32 x 32 from which two slices are near-twins.

Measured on 7,551 slices of the public kidney set: the closest slice of another patient block
correlates at 0.931 (0.952 among drawn people), while 99 in 100 neighbours of one acquisition
reach 0.98, though every second slice of many is missing.
"""
_SMALL = 32
_CHUNK = 1024
_BITS = np.array([bin(value).count("1") for value in range(256)], np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What is compared.

    Attributes:
        thumbnail: (64, 64) uint8.
        hash: 64-bit perceptual hash.
    """

    thumbnail: NDArray[np.uint8]
    hash: int


def look(grey: NDArray[np.uint8]) -> Look:
    """Reduce a slice to what is compared.

    The hash is the sign of the 64 lowest frequencies against their median (pHash).

    Args:
        grey: (H, W) uint8.
    """
    thumbnail = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    small = cv2.resize(thumbnail, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = cv2.dct(small)[:8, :8].ravel()
    bits = low > np.median(low[1:])
    return Look(thumbnail, int(np.packbits(bits).view(">u8")[0]))


def units(looks: Sequence[Look]) -> NDArray[np.float32]:
    """(N, 4096) thumbnails less their mean, of length 1: a product of two rows is a correlation."""
    return _units([one.thumbnail for one in looks])


def small_units(looks: Sequence[Look]) -> NDArray[np.float32]:
    """(N, 1024): the same at 32 x 32 pixels, where neighbours of one series look still more alike."""
    side = (_SMALL, _SMALL)
    return _units([cv2.resize(one.thumbnail, side, interpolation=cv2.INTER_AREA) for one in looks])


def _units(pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
    flat = np.stack([one.ravel() for one in pictures]).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)
    return flat


def twins(units: NDArray[np.float32], hashes: NDArray[np.uint64]) -> NDArray[np.int32]:
    """Pairs of slices that are the same picture but for compression.

    Args:
        units: (N, D) from `units`.
        hashes: (N,) perceptual hashes.

    Returns:
        (P, 2) indices, the smaller first.
    """
    found = [np.zeros((0, 2), np.int32)]
    for rows, columns in alike(units, SAME):
        near = _distance(hashes[rows], hashes[columns]) <= NEAR
        found.append(np.stack([rows[near], columns[near]], axis=1).astype(np.int32))
    return np.concatenate(found)


def alike(units: NDArray[np.float32], least: float) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Pairs of slices that correlate more than a bound, block by block.

    Memory grows with the number of slices, not with its square.

    Args:
        units: (N, D) from `units` or `small_units`.
        least: The bound.

    Yields:
        Indices, the smaller of each pair first.
    """
    for start in range(0, len(units), _CHUNK):
        block = slice(start, start + _CHUNK)
        rows, columns = np.nonzero(units[block] @ units[start:].T > least)
        keep = columns > rows
        yield rows[keep] + start, columns[keep] + start


def _distance(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> NDArray[np.intp]:
    """Differing bits, pair by pair."""
    octets = (first ^ second).view(np.uint8).reshape(-1, 8)
    return np.asarray(_BITS[octets].sum(axis=1), np.intp)
