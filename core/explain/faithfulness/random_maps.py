"""Random maps as smooth as a given one: what a map has to beat to mean anything.

A map of broad blobs takes whole regions away, one of single pixels leaves speckle, and a model answers
to the two quite differently whatever the places are. So a map is held against random maps of its own
power spectrum: Gaussian noise whose Fourier amplitudes are replaced by the map's, its phases kept
(surrogate data, Theiler et al. 1992, doi:10.1016/0167-2789(92)90102-S).
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from core.explain.values import Floats

COUNT: Final = 10
"""Random maps that a map is held against."""


def random_map(support: Floats, size: int, seed: int) -> Floats:
    """One random map.

    Args:
        support: (h, w) on the method's own grid.
        size: Side of the square that it is laid on, pixels.
        seed: The same one draws the same map.

    Returns:
        (size, size) float32, without ties in practice; mean about 0. Where the map is flat, plain noise
        of its grid.
    """
    noise = np.random.default_rng(seed).standard_normal(support.shape)
    amplitudes = np.abs(np.fft.fft2(support - support.mean()))
    if amplitudes.max() > 1e-6:
        phases = np.fft.fft2(noise)
        noise = np.fft.ifft2(phases / np.maximum(np.abs(phases), 1e-12) * amplitudes).real
    laid = cv2.resize(noise.astype(np.float32), (size, size), interpolation=cv2.INTER_LINEAR)
    return np.asarray(laid, np.float32)


def random_maps(support: Floats, size: int, seed: int, count: int = COUNT) -> list[Floats]:
    """Several, each of its own seed; see `random_map`."""
    seeds = np.random.SeedSequence(seed).generate_state(count)
    return [random_map(support, size, int(one)) for one in seeds]


def beaten(area: float, areas: NDArray[np.float64], *, lower: bool) -> float:
    """The share of random maps that a map beats; a tie counts half.

    Args:
        area: The map's.
        areas: (m,) of the random maps, m at least 1.
        lower: Whether less is better, as for deletion.
    """
    gain = areas - area if lower else area - areas
    return float((gain > 0).mean() + (gain == 0).mean() / 2)
