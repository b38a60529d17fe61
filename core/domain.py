"""Frozen values that every layer speaks: a slice, where the model looked, and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Window:
    """A CT display window.

    Attributes:
        center: Level, in Hounsfield units.
        width: Range shown, in Hounsfield units; at least 1.
    """

    center: float
    width: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.center) and np.isfinite(self.width) and self.width >= 1):
            raise ValueError(f"width must be at least 1 HU and both finite, got {self}")


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """One slice, decoded and de-identified. Lives in memory only.

    Attributes:
        pixels: (H, W); uint8 grey 0..255 when ``unit`` is ``"grey"``, float32 Hounsfield units
            when it is ``"HU"``. Read-only.
        unit: What the pixel values are.
        name: What the person called it; for the screen, never for a path or a log.
        digest: SHA-256 (hex) of the file's bytes, with ``#frame`` added for multi-frame files.
        format: ``"JPEG"``, ``"PNG"``, ``"TIFF"`` or ``"DICOM"``.
        bits: Bits per sample in the file.
        colour: Mean saturation of the picture, 0 (grey) to 1; 0 for DICOM.
        window: The header's window, if it has one.
        spacing: (row, column) distance of pixel centres in mm, if known.
        series: A hash that is equal for slices of one DICOM series; nothing identifying.
        position: Orders the slices of a series (mm along the normal, or the instance number).
        warnings: Sentences about what decoding had to assume.
        modality: The DICOM modality (``"CT"``, ``"MR"``), if the file names one.
        patient: A hash that is equal for slices of one patient while a process lives; for grouping.
    """

    pixels: NDArray[np.uint8] | NDArray[np.float32]
    unit: Literal["grey", "HU"]
    name: str
    digest: str
    format: str
    bits: int = 8
    colour: float = 0.0
    window: Window | None = None
    spacing: tuple[float, float] | None = None
    series: str | None = None
    position: float | None = None
    warnings: tuple[str, ...] = ()
    modality: str | None = None
    patient: str | None = None

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])


@dataclass(frozen=True, slots=True)
class Placement:
    """The square of a slice that the model was shown, in the slice's own pixels.

    The square may reach past the slice's edges, where the model saw padding.

    Attributes:
        left: x of the square's left edge; may be negative.
        top: y of its top edge; may be negative.
        side: Its side length, at least 1.
        height: The slice's height.
        width: The slice's width.
    """

    left: int
    top: int
    side: int
    height: int
    width: int


@dataclass(frozen=True, slots=True)
class ModelRef:
    """Which model gave an answer."""

    name: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an answer was declined, or what to be careful about.

    Attributes:
        code: ``"not-ct"``, ``"poor-image"``, ``"unsure"``, or a warning's name.
        sentence: The same for a person.
    """

    code: str
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class Heatmap:
    """Where a slice speaks for one class.

    Attributes:
        values: (H, W) float32 in the slice's own pixels; 0 is no support for the class, 1 the
            strongest support for it in this slice. All 0 when nothing supports it.
        label: The class explained.
        method: How it was computed, e.g. ``"closed-form"``.
        layer: The layer whose feature map it reads.
        peak: The value that 1 stands for, in units of the class's logit.
        model: The model explained.
    """

    values: NDArray[np.float32]
    label: str
    method: str
    layer: str
    peak: float
    model: ModelRef

    @property
    def flat(self) -> bool:
        """True when nothing in the slice speaks for the class."""
        return self.peak <= 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """The answer for one slice.

    Attributes:
        labels: Classes in the bundle's order.
        probabilities: Calibrated, same order, adding up to 1.
        label: The answer, or None when it was declined.
        reasons: Why it was declined; empty when it was not.
        warnings: What to be careful about, declined or not.
        maps: (C, h, w) float32, raw class activation per class on the feature grid, in units of
            the class's logit (before ReLU); all 0 where the model was shown one grey alone.
        placement: Where that grid lies on the slice.
        layer: The layer whose feature map was read.
        model: Which model answered.
        milliseconds: Time per step (``prepare``, ``forward``, ``explain``, ``total``).
    """

    labels: tuple[str, ...]
    probabilities: tuple[float, ...]
    label: str | None
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...]
    maps: NDArray[np.float32]
    placement: Placement
    layer: str
    model: ModelRef
    milliseconds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def declined(self) -> bool:
        return self.label is None

    @property
    def top(self) -> tuple[str, float]:
        """The most probable class and its probability, declined or not."""
        index = int(np.argmax(self.probabilities))
        return self.labels[index], self.probabilities[index]
