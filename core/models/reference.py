"""How far a slice's features lie from those a model was trained on; numpy alone.

The distance is one minus the mean cosine to the nearest training slices, on features scaled to
unit variance (deep nearest neighbours, Sun et al. 2022, arXiv:2204.06507). Directions that training
slices hardly use are left out of the neighbours but not out of the slice's own length, so what
lies along them still pushes a stranger away. Of distances tried it was the one that lets CT of
other hospitals pass.
"""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.models.bundle import damaged

Floats = NDArray[np.float32]
NEAREST = 5
MOST_NEIGHBOURS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """What pooled features of training slices look like.

    Attributes:
        mean: (C,) mean of each feature.
        scale: (C,) standard deviation of each feature, never 0.
        components: (C, d) orthonormal main directions of the scaled features.
        neighbours: (M, d) training slices along them, each divided by its full length.
    """

    mean: Floats
    scale: Floats
    components: Floats
    neighbours: Floats

    @classmethod
    def fit(cls, features: Floats, dimensions: int = 128) -> "Reference":
        """Learn from training slices.

        Args:
            features: (N, C) pooled features, N at least 2. At most `MOST_NEIGHBOURS`, evenly taken,
                are kept as neighbours.
            dimensions: Main directions kept; fewer where there are fewer slices.
        """
        mean, scale = features.mean(axis=0), features.std(axis=0)
        scale = np.maximum(scale, 1e-3 * max(float(scale.max()), 1e-6))
        scaled = np.asarray((features - mean) / scale, np.float32)
        kept = max(1, min(dimensions, len(features) - 1, features.shape[1]))
        components = _main_directions(scaled)[:, :kept]
        chosen = scaled[taken(len(scaled))]
        return cls(_f32(mean), _f32(scale), _f32(components), _f32(_directions(chosen, components)))

    def directions(self, pooled: Floats) -> Floats:
        """Slices as `neighbours` has them: (N, C) pooled features to (N, d), each over its full length."""
        return _f32(_directions((pooled - self.mean) / self.scale, self.components))

    def distance(self, pooled: Floats) -> float:
        """Of one slice: 0 is a training slice, 1 unlike all of them, 2 their opposite.

        Args:
            pooled: (C,) the feature map's mean over its grid.
        """
        return float(self.distances(pooled[None])[0])

    def distances(self, pooled: Floats) -> Floats:
        """Of many slices: (N, C) to (N,)."""
        cosines = self.directions(pooled) @ self.neighbours.T
        nearest = min(NEAREST, len(self.neighbours))
        best = np.partition(cosines, -nearest, axis=1)[:, -nearest:]
        return _f32(1.0 - best.mean(axis=1))

    def save(self, path: Path, kernel: Floats, bias: Floats, seen: Sequence[str]) -> None:
        """Write it beside the head's weights, which the closed-form heatmaps need.

        Args:
            path: The .npz file.
            kernel: (C, K) of the head.
            bias: (K,) of the head.
            seen: SHA-256 (hex) of the files that were trained on.
        """
        np.savez(
            path,
            mean=self.mean,
            scale=self.scale,
            components=self.components.astype(np.float16),
            neighbours=self.neighbours.astype(np.float16),
            head_kernel=_f32(kernel),
            head_bias=_f32(bias),
            seen=np.array(sorted(_mark(digest) for digest in seen), np.uint64),
        )

    @classmethod
    def load(cls, path: Path) -> "Reference":
        """Read it.

        Raises:
            BundleError: The file is missing or holds something else.
        """
        try:
            with np.load(path, allow_pickle=False) as arrays:
                names = ("mean", "scale", "components", "neighbours")
                return cls(*(_f32(arrays[name]) for name in names))
        except (OSError, EOFError, KeyError, ValueError, TypeError, zipfile.BadZipFile):
            raise damaged(path.parent, f"{path.name} can't be read") from None


def taken(count: int) -> NDArray[np.intp]:
    """Which of so many training slices, at least one, are kept as neighbours: (M,) places, ascending."""
    return np.linspace(0, count - 1, min(count, MOST_NEIGHBOURS)).round().astype(np.intp)


def was_seen(path: Path, digests: Sequence[str]) -> NDArray[np.bool_]:
    """Which files a model was trained on.

    Args:
        path: The .npz file of its bundle.
        digests: SHA-256 (hex) of N files.

    Returns:
        (N,) bool.

    Raises:
        BundleError: The file is missing or holds something else.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return np.isin(np.array([_mark(digest) for digest in digests], np.uint64), arrays["seen"])
    except (OSError, EOFError, KeyError, ValueError, TypeError, zipfile.BadZipFile):
        raise damaged(path.parent, f"{path.name} can't be read") from None


def _mark(digest: str) -> int:
    """64 bits tell some thousands of files apart."""
    return int(digest[:16], 16)


def _main_directions(scaled: Floats) -> NDArray[np.floating]:
    """Orthonormal columns, the one with most variance first; the cheaper way for the shape."""
    if len(scaled) < scaled.shape[1]:
        return np.asarray(np.linalg.svd(scaled, full_matrices=False)[2].T)
    return np.asarray(np.linalg.eigh(scaled.T @ scaled / len(scaled))[1][:, ::-1])


def _directions(scaled: Floats, components: NDArray[np.floating]) -> NDArray[np.floating]:
    """(N, d): along the components, divided by the length along all features."""
    lengths = np.maximum(np.linalg.norm(scaled, axis=1, keepdims=True), 1e-6)
    return np.asarray((scaled @ components) / lengths)


def _f32(values: NDArray[np.floating]) -> Floats:
    return np.ascontiguousarray(values, np.float32)
