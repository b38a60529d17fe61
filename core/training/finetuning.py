"""A model trained in epochs: one training, from the parts of a split to the answers on its test slices."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config.params import Params
from core.config.settings import Settings
from core.data import manifest
from core.data.ingest import Progress
from core.data.manifest import Row
from core.evaluation.calibration import softmax, temperature
from core.imaging.preprocess import PreprocessSpec, equalise
from core.models import build
from core.models.reference import Reference
from core.training import parts, selection, starting
from core.training.inputs.features import Extractor
from core.training.inputs.squares import squares
from core.training.inputs.variants import contrast
from core.training.loop.train import Samples, Trained, train
from core.training.parts import TEST, TRAIN, VAL
from core.training.regression.head import Head
from core.training.run import Branch
from core.training.task import Task
from core.training.watching import Watcher

Floats = NDArray[np.float32]
Parts = NDArray[np.str_]
Mask = NDArray[np.bool_]
Square = NDArray[np.uint8]
_CHUNK = 256
"""Slices between two tellings of how far it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """What the trainings of one run share.

    Attributes:
        task: What is to be made.
        params: The recipe.
        settings: Where data and caches lie.
        everything: The whole manifest.
        rows: What the recipe uses of it.
        labels: Class names in the model's order.
    """

    task: Task
    params: Params
    settings: Settings
    everything: Sequence[Row]
    rows: Sequence[Row]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, task: Task, params: Params, settings: Settings) -> "Bench":
        """Read the data set's manifest.

        Raises:
            DataError: It is missing, damaged or not split.
        """
        everything = manifest.read(task.data)
        rows = selection.select(everything, params)
        return cls(task, params, settings, everything, rows, manifest.classes(rows))

    def some(self, chosen: Mask) -> list[Row]:
        """The slices that a mask chooses."""
        return [row for row, mine in zip(self.rows, chosen, strict=True) if mine]

    def numbers(self, rows: Sequence[Row]) -> NDArray[np.intp]:
        """(N,) class numbers."""
        return np.array([self.labels.index(row.label) for row in rows], np.intp)


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a model says of slices it has not learnt from.

    Attributes:
        rows: The slices.
        truth: (N,) class numbers.
        logits: (N, K).
        distances: (N,) of their features to those that were learnt from.
    """

    rows: Sequence[Row]
    truth: NDArray[np.intp]
    logits: Floats
    distances: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A trained model and how it answers.

    Attributes:
        model: The Keras model; it may be at another training by now.
        weights: Its weights in the best epoch.
        head: Its last layer.
        known: What slices look like to it.
        temperature: That its validation wants.
        validation: On the slices that chose its best epoch.
        test: On the slices that it never saw.
        contrast: (N, K) logits of the test slices' copies in another contrast.
        trained: How its training went.
        extractor: Of its network.
        learnt: The slices that it learnt from, which ``known`` was fitted to.
        seen: SHA-256 (hex) of the files that it learnt from or was chosen by.
    """

    model: Any
    weights: Sequence[NDArray[Any]]
    head: Head
    known: Reference
    temperature: float
    validation: Answers
    test: Answers
    contrast: Floats
    trained: Trained
    extractor: Extractor
    learnt: Sequence[Row]
    seen: Sequence[str]

    def probabilities(self, logits: Floats) -> NDArray[np.float64]:
        """(N, K), calibrated on the validation."""
        return softmax(logits, self.temperature)


def features(data: Path, params: Params, settings: Settings, progress: Progress) -> int:
    """Compute and keep what a training starts from.

    Returns:
        Of how many slices.

    Raises:
        StudioError: The data, the weights or the parameters don't allow it.
    """
    bench = Bench.of(Task(data.name, "", data, settings.var), params, settings)
    progress("loading the network", 0.0)
    model = starting.network(params, len(bench.labels), settings)
    learn = parts.deal(bench.rows, params) == TRAIN
    extractor = starting.extractor(model, params, settings)
    for number in range(params.augmentation.copies + 1):
        _features(bench, extractor, learn, number, progress)
    return len(bench.rows)


def fit(bench: Bench, dealt: Parts, branch: Branch) -> Fitted:
    """Train once and answer what was held out.

    Args:
        bench: What the trainings of a run share.
        dealt: (N,) the part of each of its slices.
        branch: Told how far it is; keeps checkpoints.

    Raises:
        StudioError: The data, the weights or the parameters don't allow it, or nothing could be learnt.
    """
    model, trained = learn(bench, dealt, branch)
    return _answering(bench, dealt, model, trained, branch.progress)


def learn(bench: Bench, dealt: Parts, branch: Branch) -> tuple[Any, Trained]:
    """Train once; nothing is asked of the test slices.

    Returns:
        The Keras model with its best weights, and how its training went.

    Raises:
        StudioError: As `fit`.
    """
    params = bench.params
    branch.progress("loading the network", 0.0)
    model = starting.network(params, len(bench.labels), bench.settings)
    extractor = starting.extractor(model, params, bench.settings)
    learning, validating = dealt == TRAIN, dealt == VAL
    trained = train(
        model,
        _samples(bench, extractor, learning, params.augmentation.copies, branch.progress),
        _samples(bench, extractor, validating, 0, branch.progress),
        params,
        branch.checkpoint,
        Watcher(branch, params, int(learning.sum())),
        branch.name,
    )
    return model, trained


def _samples(bench: Bench, extractor: Extractor, chosen: Mask, copies: int, progress: Progress) -> Samples:
    """Slices as the stages of a recipe want them."""
    training = bench.params.training
    frozen = training.unfreeze == "none" or training.head_epochs > 0
    numbers = range(copies + 1) if frozen else ()
    rows = bench.some(chosen)
    return Samples(
        labels=bench.numbers(rows),
        features=[_features(bench, extractor, chosen, number, progress) for number in numbers],
        squares=_squares(bench, progress)[chosen] if training.unfreeze != "none" else None,
        digests=[row.sha256 for row in rows],
        spec=extractor.spec,
    )


def _features(bench: Bench, extractor: Extractor, chosen: Mask, number: int, progress: Progress) -> Floats:
    """Of slices as they are (number 0) or as one of their changed copies.

    What other trainings of the run want too is computed of all slices at once.
    """
    asked = partial(extractor.copies, bench.task.data, number=number, augmentation=bench.params.augmentation)
    if number == 0 or bench.params.training.k_fold or bench.params.training.random_too:
        return np.asarray(asked(bench.rows, progress=progress)[chosen], np.float32)
    return asked(bench.some(chosen), progress=progress)


def _squares(bench: Bench, progress: Progress) -> NDArray[np.uint8]:
    spec = PreprocessSpec.of(bench.params.model)
    return squares(bench.task.data, bench.rows, spec, bench.settings, progress)


def _answering(bench: Bench, dealt: Parts, model: Any, trained: Trained, progress: Progress) -> Fitted:
    extractor = starting.extractor(model, bench.params, bench.settings)
    pooled = _pooled(bench, extractor, progress)
    declining = bench.params.declining
    known = Reference.fit(pooled[dealt == TRAIN], declining.dimensions)
    head = Head(*(np.asarray(value, np.float32) for value in model.get_layer(build.LOGITS).get_weights()))
    validation, test = (_answers(bench, dealt == part, pooled, head, known) for part in (VAL, TEST))
    otherwise = head.logits(_in_contrast(bench, extractor, dealt == TEST, progress))
    seen = [row.sha256 for row in bench.some(np.isin(dealt, (TRAIN, VAL)))]
    warmth = round(temperature(validation.logits, validation.truth), 4)
    learnt = bench.some(dealt == TRAIN)
    return Fitted(
        model, model.get_weights(), head, known, warmth, validation, test, otherwise, trained, extractor,
        learnt, seen,
    )  # fmt: skip


def _answers(bench: Bench, chosen: Mask, pooled: Floats, head: Head, known: Reference) -> Answers:
    rows = bench.some(chosen)
    return Answers(rows, bench.numbers(rows), head.logits(pooled[chosen]), known.distances(pooled[chosen]))


def _pooled(bench: Bench, extractor: Extractor, progress: Progress) -> Floats:
    """(N, C) features of all slices by a network as it is now.

    Those of a backbone that learnt are nobody else's, so they are not kept.
    """
    everything = np.ones(len(bench.rows), bool)
    if bench.params.training.unfreeze == "none":
        return _features(bench, extractor, everything, 0, progress)
    return _seen(extractor, _squares(bench, progress), progress, "features of all slices")


def _in_contrast(bench: Bench, extractor: Extractor, chosen: Mask, progress: Progress) -> Floats:
    """(N, C) features of slices with the contrast that public copies of CT sets have."""
    rng = np.random.default_rng(0)  # the change has nothing random in it
    changed = [contrast(one, rng) for one in _squares(bench, progress)[chosen]]
    return _seen(extractor, changed, progress, "the test slices in another contrast")


def _seen(
    extractor: Extractor, framed: Sequence[Square] | NDArray[np.uint8], progress: Progress, what: str
) -> Floats:
    """(N, C) features of squares that are not equalised yet; not kept."""
    found = []
    for start in range(0, len(framed), _CHUNK):
        progress(f"measuring: {what}", start / len(framed))
        chunk = framed[start : start + _CHUNK]
        found.append(extractor.squares(equalise(one, extractor.spec) for one in chunk))
    return np.concatenate(found)
