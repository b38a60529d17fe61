"""What is asked of an explanation, and what comes back: frozen values that every method speaks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from core.domain import Heatmap, ModelRef, Placement
from core.imaging.preprocess import lay

Floats = NDArray[np.float32]
Square = NDArray[np.uint8]

Step = Callable[[float], None]
"""Told the share that is done, 0 to 1; raises `Cancelled` where nobody wants the rest."""

FLAT: Final = 1e-2
"""A map whose values differ by less than this share of the largest is flat: it points nowhere."""


class Cancelled(Exception):  # noqa: N818 - what happened, not what went wrong
    """Nobody wants the result any more; not an error that a person sees."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a map is to explain.

    Attributes:
        label: A class of the model.
        against: Another one, for the contrast "why ``label`` and not ``against``"; None is without.
    """

    label: str
    against: str | None = None

    def weights(self, labels: Sequence[str]) -> Floats:
        """The logits' weights whose sum is explained: 1 for the class, -1 for the one it is held against.

        Args:
            labels: The model's classes, in the bundle's order.

        Returns:
            (K,) float32.

        Raises:
            ValueError: The model has no such class, or both are the same.
        """
        for one in (self.label, self.against):
            if one is not None and one not in labels:
                raise ValueError(f"label must be one of {', '.join(labels)}, got {one!r}")
        if self.label == self.against:
            raise ValueError(f"against must be another class than {self.label!r}")
        signs = {self.label: 1.0, self.against: -1.0}
        return np.array([signs.get(label, 0.0) for label in labels], np.float32)

    @property
    def words(self) -> str:
        """For a person: ``"Stone"``, or ``"Stone and not Cyst"``."""
        return f"{self.label} and not {self.against}" if self.against else self.label


@dataclass(frozen=True, slots=True)
class Ask:
    """One map that is wanted.

    Attributes:
        method: A key of `core.explain.methods.METHODS`.
        target: What it is to explain.
        layer: The layer that is read, by methods that read one; None is the bundle's own, which feeds
            the head.
        seed: Of what is drawn by chance.
    """

    method: str
    target: Target
    layer: str | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """One method's map of one slice.

    Attributes:
        ask: What was asked for.
        raw: (h, w) float32 over the square that the model saw, on the method's own grid, in ``unit``s:
            positive speaks for the target, negative against it. Finite.
        unit: What a raw value is, for a person, e.g. ``"logit"``.
        layer: The layer that was read; empty for methods that read none.
        placement: Where the square lies on the slice.
        model: The model explained.
        passes: How many times the model was run, forwards or backwards.
        milliseconds: How long the method took, loading of models not counted.
    """

    ask: Ask
    raw: Floats
    unit: str
    layer: str
    placement: Placement
    model: ModelRef
    passes: int
    milliseconds: float

    def __post_init__(self) -> None:
        if self.raw.ndim != 2 or not np.isfinite(self.raw).all():
            raise ValueError(f"raw must be (h, w) and finite, got {self.raw.shape}")

    @property
    def support(self) -> Floats:
        """(h, w) the positive part over its peak, 0..1; all 0 where the map is flat."""
        positive = np.maximum(self.raw, np.float32(0))
        return np.asarray(positive / self.peak if self.peak > 0 else np.zeros_like(positive), np.float32)

    @property
    def peak(self) -> float:
        """The value that 1 stands for, in ``unit``s; 0 where the map is flat."""
        return 0.0 if self.flat else float(self.raw.max())

    @property
    def flat(self) -> bool:
        """True when nothing speaks for the target, or every place does alike: the map points nowhere."""
        largest = float(self.raw.max())
        least = max(float(self.raw.min()), 0.0)
        return largest <= 0.0 or largest - least < FLAT * largest

    def square(self, size: int) -> Floats:
        """The support on the model's own input, (size, size) 0..1, bilinear."""
        shown = cv2.resize(self.support, (size, size), interpolation=cv2.INTER_LINEAR)
        return np.asarray(np.clip(shown, 0.0, 1.0), np.float32)

    def heatmap(self) -> Heatmap:
        """The support in the slice's own pixels; 0 outside the square that the model saw."""
        return Heatmap(
            lay(self.support, self.placement),
            self.ask.target.words,
            self.ask.method,
            self.layer,
            self.peak,
            self.model,
        )

    def turned(self) -> "Explanation":
        """The same with its sign turned: what speaks against the target."""
        return replace(self, raw=-self.raw)
