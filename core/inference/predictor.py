"""One slice in, one answer out: calibrated probabilities, maps of all classes, or why not."""

import os
from time import perf_counter
from types import MappingProxyType
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from core.domain import Prediction, Scan
from core.explain.cam import blank, class_maps
from core.imaging import quality
from core.imaging.preprocess import model_grey, prepare
from core.inference import judge
from core.inference.engine import Engine
from core.models.bundle import REFERENCE, Bundle, damaged
from core.models.reference import Reference

AGREEMENT = 1e-2
"""How far, in logits, the closed-form maps may be off the model's own output at load."""


class Predictor:
    """Answers slices with one bundle; safe to share between threads.

    Args:
        bundle: A verified bundle.
        threads: Threads of one forward pass.
        interpreters: Forward passes that may run at once; None is one per ``threads`` cores.

    Raises:
        BundleError: The bundle's parts don't fit each other.
    """

    def __init__(self, bundle: Bundle, threads: int = 2, interpreters: int | None = None) -> None:
        self.bundle = bundle
        self._engine = Engine(bundle, threads, interpreters or max(1, (os.cpu_count() or 1) // threads))
        self._kernel, self._bias = _head(bundle)
        self._reference = Reference.load(bundle.path / REFERENCE)
        self._check()

    @property
    def labels(self) -> tuple[str, ...]:
        """Classes in the bundle's order."""
        return self.bundle.card.labels

    def predict(self, scan: Scan) -> Prediction:
        """Answer one slice.

        Args:
            scan: A decoded slice.

        Returns:
            The answer; declined, with its reasons, where the slice isn't fit for one.

        Raises:
            BundleError: The model gave something that is no number.
        """
        card = self.bundle.card
        start = perf_counter()
        grey = model_grey(scan, card.preprocess)
        square, placement = prepare(grey, card.preprocess)
        findings = quality.check(grey, scan)
        prepared = perf_counter()
        logits, features = self._engine.forward(square)
        answered = perf_counter()
        maps = class_maps(features, self._kernel)
        if blank(square):
            maps = np.zeros_like(maps)
        maps.setflags(write=False)
        distance = self._reference.distance(features.mean(axis=(0, 1)))
        values = self._calibrate(logits, distance)
        chances = dict(zip(self.labels, values, strict=True))
        reasons = judge.declines(findings, distance, chances, card.thresholds)
        warnings = judge.warnings(scan, card.preprocess.size, distance, chances, card.thresholds)
        end = perf_counter()
        return Prediction(
            labels=self.labels,
            probabilities=values,
            label=None if reasons else self.labels[int(np.argmax(values))],
            reasons=reasons,
            warnings=warnings,
            maps=maps,
            placement=placement,
            layer=card.layer,
            model=self.bundle.ref,
            milliseconds=_times(start, prepared, answered, end),
        )

    def features(self, scan: Scan) -> NDArray[np.float32]:
        """What the head sees of a slice: one forward pass, no answer.

        Args:
            scan: A decoded slice.

        Returns:
            (C,) the feature map's mean over its grid.

        Raises:
            BundleError: The model gave something that is no number.
        """
        spec = self.bundle.card.preprocess
        square, _ = prepare(model_grey(scan, spec), spec)
        logits, features = self._engine.forward(square)
        pooled: NDArray[np.float32] = features.mean(axis=(0, 1))
        self._calibrate(logits, self._reference.distance(pooled))
        return pooled

    def _calibrate(self, logits: NDArray[np.float32], distance: float) -> tuple[float, ...]:
        """Softmax of the logits over the bundle's temperature (Guo et al. 2017, arXiv:1706.04599)."""
        if not (np.isfinite(logits).all() and np.isfinite(distance)):
            raise damaged(self.bundle.path, "it answers with something that is no number")
        scaled = logits.astype(np.float64) / self.bundle.card.temperature
        powers = np.exp(scaled - scaled.max())
        return tuple(float(value) for value in powers / powers.sum())

    def _check(self) -> None:
        """Warm up on a picture made up here, and see that the head's weights are the model's."""
        size = self.bundle.card.preprocess.size
        square = np.tile(np.linspace(0, 255, size).astype(np.uint8), (size, 1))
        logits, features = self._engine.forward(square)
        channels = features.shape[2]
        if self._kernel.shape != (channels, len(self.labels)) or self._bias.shape != (len(self.labels),):
            raise damaged(self.bundle.path, f"{REFERENCE} holds a head of another shape than the model's")
        rebuilt = class_maps(features, self._kernel).sum(axis=(1, 2)) + self._bias
        if not np.allclose(rebuilt, logits, rtol=AGREEMENT, atol=AGREEMENT):
            raise damaged(self.bundle.path, f"{REFERENCE} holds the head of another model")
        try:
            distance = self._reference.distance(features.mean(axis=(0, 1)))
        except ValueError:
            raise damaged(
                self.bundle.path, f"{REFERENCE} describes other features than the model's"
            ) from None
        self._calibrate(logits, distance)


def _head(bundle: Bundle) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The last layer's kernel (C, K) and bias (K,)."""
    try:
        with np.load(bundle.path / REFERENCE, allow_pickle=False) as arrays:
            return (
                np.asarray(arrays["head_kernel"], dtype=np.float32),
                np.asarray(arrays["head_bias"], dtype=np.float32),
            )
    except (OSError, KeyError, ValueError, EOFError, BadZipFile):
        raise damaged(bundle.path, f"{REFERENCE} holds no head") from None


def _times(start: float, prepared: float, answered: float, end: float) -> MappingProxyType[str, float]:
    """Milliseconds of each step."""
    steps = {
        "prepare": prepared - start,
        "forward": answered - prepared,
        "explain": end - answered,
        "total": end - start,
    }
    return MappingProxyType({name: 1000.0 * seconds for name, seconds in steps.items()})
