"""What a scanner adds to anatomy: blur of the reconstruction kernel, and correlated noise."""

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def field(rng: np.random.Generator, size: int, grain: float) -> Floats:
    """(size, size) smooth noise, mean 0 and deviation about 1, with blobs of ``grain`` pixels."""
    cells = max(4, round(size / grain) + 2)
    coarse = rng.standard_normal((cells, cells), dtype=np.float32)
    fine = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
    return np.asarray(fine / np.float32(max(float(fine[::4, ::4].std()), 1e-6)), dtype=np.float32)


def field_at(seed: tuple[int, ...], size: int, grain: float, z: float, thickness: float) -> Floats:
    """A slice at height ``z`` (mm) of smooth noise that changes over ``thickness`` mm."""
    layer = int(np.floor(z / thickness))
    part = z / thickness - layer
    low, high = (field(np.random.default_rng([*seed, layer + step + 10_000]), size, grain) for step in (0, 1))
    turn = part * np.pi / 2
    return np.asarray(np.float32(np.cos(turn)) * low + np.float32(np.sin(turn)) * high)


def blur(hu: Floats, spacing: float, sigma_mm: float = 0.62) -> Floats:
    """Point spread of a soft kernel: Gaussian, full width at half maximum about 1.5 mm."""
    return np.asarray(cv2.GaussianBlur(hu, (0, 0), max(sigma_mm / spacing, 0.3)), dtype=np.float32)


def noise(rng: np.random.Generator, size: int, spacing: float, sigma: float, cutoff: float = 0.45) -> Floats:
    """Noise of filtered back-projection: white noise shaped by a ramp with a soft roll-off.

    The power of noise of a reconstruction grows with frequency and falls where the kernel rolls
    off (Riederer, Pelc and Chesler, Phys. Med. Biol. 23, 1978), which gives the fine worm-like
    grain of a real slice.

    Args:
        rng: Source of randomness.
        size: Side of the square, pixels.
        spacing: Pixel distance, mm.
        sigma: Standard deviation, HU.
        cutoff: Frequency where the kernel falls to 1/e, line pairs per mm.

    Returns:
        (size, size) float32 HU, mean 0.
    """
    white = rng.standard_normal((size, size), dtype=np.float32)
    fy = np.fft.fftfreq(size, spacing)[:, None]
    fx = np.fft.rfftfreq(size, spacing)[None, :]
    frequency = np.sqrt(fx**2 + fy**2)
    shape = np.sqrt(frequency + 0.02) * np.exp(-((frequency / cutoff) ** 2))
    grain = np.fft.irfft2(np.fft.rfft2(white) * shape, s=(size, size))
    return np.asarray(grain * (sigma / grain.std()), dtype=np.float32)
