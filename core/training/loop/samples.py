"""Slices that a training learns from or validates with."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.imaging.preprocess import PreprocessSpec

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """N slices, in one order everywhere.

    Attributes:
        labels: (N,) class numbers.
        features: (N, C) pooled features each: of the slices themselves, then of their changed copies.
        squares: (N, S, S) uint8 framed and not equalised, or None where no backbone learns.
        digests: SHA-256 (hex) of each slice.
        spec: How a square becomes the model's input.
    """

    labels: NDArray[np.intp]
    features: Sequence[Floats]
    squares: NDArray[np.uint8] | None
    digests: Sequence[str]
    spec: PreprocessSpec

    def __post_init__(self) -> None:
        if not len(self.labels):
            raise ValueError("labels: there is no slice")
        if not self.features and self.squares is None:
            raise ValueError("features: there are neither features nor squares")
        lengths = {"digests": len(self.digests)}
        lengths |= {f"features[{at}]": len(one) for at, one in enumerate(self.features)}
        lengths |= {"squares": len(self.squares)} if self.squares is not None else {}
        for name, length in lengths.items():
            if length != len(self.labels):
                raise ValueError(f"{name}: {length} for {len(self.labels)} labels")

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def copies(self) -> int:
        """How many changed copies of each slice there are features of."""
        return max(0, len(self.features) - 1)

    def shown(self) -> NDArray[np.uint8]:
        """The squares; ValueError where there are none."""
        if self.squares is None:
            raise ValueError("squares: a backbone can't learn without them")
        return self.squares

    def digest(self) -> str:
        """SHA-256 (hex) of which slices these are, their classes, their input and their own features."""
        found = hashlib.sha256("".join(self.digests).encode())
        found.update(np.asarray(self.labels, np.int64).tobytes())
        found.update(f"{self.spec.model_dump_json()} {self.copies}".encode())
        for features in self.features[:1]:
            found.update(np.ascontiguousarray(features).tobytes())
        return found.hexdigest()
