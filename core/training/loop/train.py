"""Trains a model in epochs: the head on frozen features first, then, if asked, blocks of the backbone."""

import hashlib
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

import numpy as np

from core.config.params import Params, Training
from core.errors import StudioError
from core.models.build import backbone_digest
from core.training.history import HEAD, TUNING, Epoch
from core.training.loop import checkpoint, schedule, snapshot, stopping
from core.training.loop.checkpoint import State
from core.training.loop.draws import draw
from core.training.loop.head_stage import HeadStage
from core.training.loop.measuring import measured
from core.training.loop.samples import Samples
from core.training.loop.stepping import Diverged, Floats, Stage
from core.training.loop.tuning_stage import TuningStage

__all__ = ["Samples", "Trained", "Watch", "train"]


class Watch(Protocol):
    """Told how a training goes. Whatever it raises stops the training and passes through."""

    def batch(self, epoch: int, share: float, images_per_s: float) -> None:
        """Some slices are done of an epoch (from 1): its share 0..1, and the pace of learning."""

    def epoch(self, epoch: Epoch) -> None:
        """An epoch is done. After a kill the last one may be told again, with the same figures."""


@dataclass(frozen=True, slots=True)
class Trained:
    """How a training went.

    Attributes:
        history: Its epochs.
        best: Number of the one whose weights the model has.
        stopped: ``"early"`` out of patience, ``"diverged"`` when the loss was no number, or ``""``.
    """

    history: tuple[Epoch, ...]
    best: int
    stopped: str


def train(
    model: Any, learn: Samples, validate: Samples, params: Params, place: Path, watch: Watch, branch: str = ""
) -> Trained:
    """Train a model, or go on where a training like this was broken off.

    Args:
        model: From `core.models.build.build`, float32, with its starting weights; the head's are replaced.
            Random starting weights must be the same ones each time. Has the best epoch's afterwards.
        learn: Features of the slices and of their copies where the head learns alone; squares where
            the backbone learns.
        validate: As ``learn``, without copies.
        params: The recipe.
        place: Folder for the checkpoint, made if missing.
        watch: Told how it goes.
        branch: What its epochs are marked with.

    Raises:
        StudioError: No epoch came to an end, or memory ran out.
        StorageError: The checkpoint can't be written; the one before still can be gone on from.
    """
    with _memory_said():
        return _Training(model, learn, validate, params, place, watch, branch).run()


def stages(training: Training) -> list[tuple[str, int]]:
    """Names of the stages in order, with the number of the last epoch of each."""
    if training.unfreeze == "none":
        return [(HEAD, training.epochs)]
    frozen = min(training.head_epochs, training.epochs)
    return [(HEAD, frozen)] * (frozen > 0) + [(TUNING, training.epochs)]


class _Training:
    def __init__(
        self, model: Any, learn: Samples, validate: Samples, params: Params, place: Path, watch: Watch,
        branch: str,
    ) -> None:  # fmt: skip
        self._model, self._learn, self._validate = model, learn, validate
        self._params, self._place, self._watch, self._branch = params, place, watch, branch
        self._belongs = _belongs(model, learn, validate, params, branch)
        self._state = checkpoint.load(place, self._belongs)
        self._history = self._state.history if self._state else ()
        self._best: snapshot.Arrays = ()
        snapshot.begin_head(model, params.training.seed)

    def run(self) -> Trained:
        stopped, first = "", 1
        for name, last in stages(self._params.training):
            if self._history and self._history[-1].stage == TUNING and name == HEAD:
                first = last + 1
                continue
            stopped = self._stage(name, first, last)
            if stopped:
                break
            first = last + 1
        best = stopping.best(self._history, self._params.training.monitor)
        return Trained(self._history, self._history[best].number, stopped)

    def _stage(self, name: str, first: int, last: int) -> str:
        """Do what is left of a stage; the model has the best weights afterwards."""
        kind = HeadStage if name == HEAD else TuningStage
        stage: Stage = kind(self._model, self._learn, self._validate, self._params)
        self._take_up(stage, name)
        stopped = ""
        while len(self._history) < last and not (stopped := self._patience(name, last)):
            rates = self._rates(name, first, last)
            try:
                self._epoch(stage, name, rates)
            except Diverged:
                stopped = self._diverged(rates)
                break
        snapshot.put(stage.layers, self._best)
        stage.close()
        return stopped

    def _take_up(self, stage: Stage, name: str) -> None:
        if self._state is None or self._history[-1].stage != name:
            self._best = snapshot.taken(stage.layers)
            return
        snapshot.put(stage.layers, self._state.weights)
        snapshot.put_steps(stage.optimiser, self._state.optimiser)
        self._best, self._state = self._state.best, None

    def _patience(self, name: str, last: int) -> str:
        training = self._params.training
        # what comes after a stage is worth trying all the same
        final = last == training.epochs
        spent = stopping.out_of_patience(self._history, training.monitor, training.patience, name)
        return "early" if final and spent else ""

    def _rates(self, name: str, first: int, last: int) -> Floats:
        """Of each step of the epoch to come."""
        training = self._params.training
        highest = training.learning_rate if name == HEAD else training.tuning_rate
        if training.schedule == "plateau":
            highest *= 0.5 ** stopping.halvings(self._history, training.monitor, name)
        steps = math.ceil(len(self._learn) / training.batch)
        before, total = (len(self._history) + 1 - first) * steps, (last + 1 - first) * steps
        found = [
            schedule.rate(before + at, total, highest, training.schedule, training.warmup)
            for at in range(steps)
        ]
        return np.array(found, np.float32)

    def _epoch(self, stage: Stage, name: str, rates: Floats) -> None:
        began, number, training = perf_counter(), len(self._history) + 1, self._params.training
        drawn = draw(self._learn, training, name, number)
        metrics = measured(
            stage, drawn, rates, self._validate.labels,
            lambda share, pace: self._watch.batch(number, share, pace),
        )  # fmt: skip
        seconds = perf_counter() - began
        done = Epoch(number, training.epochs, name, metrics, seconds, branch=self._branch)
        best = stopping.best((*self._history, done), training.monitor) == len(self._history)
        self._keep(stage, replace(done, best=best))

    def _keep(self, stage: Stage, done: Epoch) -> None:
        weights = snapshot.taken(stage.layers)
        self._best = weights if done.best else self._best
        self._history = (*self._history, done)
        # told before it is kept: a kill in between tells it twice, never not at all
        self._watch.epoch(done)
        steps = snapshot.steps_taken(stage.optimiser)
        checkpoint.save(self._place, State(self._belongs, self._history, weights, steps, self._best))

    def _diverged(self, rates: Floats) -> str:
        if not self._history:
            raise StudioError(
                f"The loss was no number any more in the first epoch, at a learning rate of {rates.max():g}. "
                "Lower it, or set training.clip_norm, and start again.",
                "diverged",
            )
        return "diverged"


def _belongs(model: Any, learn: Samples, validate: Samples, params: Params, branch: str) -> str:
    """A digest of all that settles how a training goes."""
    import keras

    sections = (params.training, params.model, params.augmentation)
    parts = [
        keras.__version__, branch, backbone_digest(model), model.output_shape[-1],
        learn.digest(), validate.digest(), *(one.model_dump(mode="json") for one in sections),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@contextmanager
def _memory_said() -> Iterator[None]:
    import tensorflow as tf

    try:
        yield
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        raise StudioError(
            "Memory ran out while the model was trained. Lower training.batch or model.size and start again.",
            "out-of-memory",
        ) from error
