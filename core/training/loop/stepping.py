"""What the stages of a training share: steps with a loss, a count of what they learnt, and their pace."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.config.params import Training
from core.training.loop import balance, mixing
from core.training.loop.draws import Draw
from core.training.loop.samples import Samples

Floats = NDArray[np.float32]
Told = Callable[[int], None]
"""Takes how many slices of an epoch, or of a validation, are done."""
_SMOOTHED_S = 3.0
"""A pace older than this hardly counts."""


class Diverged(Exception):  # noqa: N818 - what happened, caught by the loop and never shown
    """The loss is no number any more."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What an epoch was like to learn from.

    Attributes:
        loss: Mean of what the steps minimised.
        accuracy: Share of slices answered right when they were learnt from.
    """

    loss: float
    accuracy: float


class Stage(Protocol):
    """A stage at work.

    Attributes:
        layers: Those whose weights move.
        optimiser: A Keras optimiser.
    """

    layers: list[Any]
    optimiser: Any

    def learn(self, draw: Draw, rates: Floats, told: Told) -> Learnt:
        """Go once through what was drawn, a rate a step.

        Raises:
            Diverged: The loss is no number any more.
        """

    def answers(self, told: Told) -> Floats:
        """(V, K) logits of the validation."""

    def close(self) -> None:
        """Leave the weights in the model that the stage was made of."""


class Tally:
    """Sums over the steps of an epoch."""

    def __init__(self) -> None:
        self._loss, self._right = 0.0, 0.0

    def add(self, loss: float, right: float) -> None:
        """Count a step.

        Args:
            loss: Sum over its slices.
            right: How many were answered right.

        Raises:
            Diverged: The loss is no number any more.
        """
        if not math.isfinite(loss):
            raise Diverged
        self._loss, self._right = self._loss + loss, self._right + right

    def learnt(self, count: int) -> Learnt:
        """Means over so many slices."""
        return Learnt(self._loss / count, self._right / count)


class Pace:
    """Images a second, smoothed."""

    def __init__(self) -> None:
        self._last, self._done, self._pace, self._told = perf_counter(), 0, 0.0, 0

    def __call__(self, done: int) -> float:
        """Take how many are done since the start; what the pace is now."""
        now = perf_counter()
        passed, came = max(now - self._last, 1e-9), done - self._done
        # the first steps also build the graph, so they count only until others are there
        keep = math.exp(-passed / _SMOOTHED_S) if self._told > 1 else 0.0
        self._pace = keep * self._pace + (1 - keep) * came / passed
        self._last, self._done, self._told = now, done, self._told + 1
        return self._pace


def wanted(samples: Samples, classes: int, training: Training) -> tuple[Floats, Floats]:
    """Soft targets (N, K) of slices and what each one's loss counts (N,)."""
    targets = mixing.targets(samples.labels, classes, training.label_smoothing)
    if training.balance == "weights":
        return targets, balance.weights(samples.labels)
    return targets, np.ones(len(samples), np.float32)


def stepper(answer: Callable[[Any, Any], Any], variables: list[Any], optimiser: Any, mixup: bool) -> Any:
    """A step: from inputs, targets and a rate to moved weights.

    Args:
        answer: From inputs (B, ...) and a seed to logits (B, K) in training, both tensors.
        variables: That move.
        optimiser: Of these variables.
        mixup: Whether slices are blended with their neighbours in the batch.

    Returns:
        A function of (inputs, targets (B, K), weights (B,), shares (B,), rate, seed (2,)) to the sum of
        losses and the number of right answers, to be called inside a `tf.function`.
    """
    import tensorflow as tf

    def step(inputs: Any, targets: Any, weights: Any, shares: Any, rate: Any, seed: Any) -> tuple[Any, Any]:
        own = tf.argmax(targets, axis=1)
        if mixup:
            inputs, targets = mixing.blend(inputs, shares), mixing.blend(targets, shares)
        with tf.GradientTape() as tape:
            logits = tf.cast(answer(inputs, seed), tf.float32)
            each = weights * tf.nn.softmax_cross_entropy_with_logits(targets, logits)
            loss = tf.reduce_mean(each)
        optimiser.learning_rate.assign(rate)
        optimiser.apply(tape.gradient(loss, variables), variables)
        right = tf.reduce_sum(tf.cast(tf.argmax(logits, axis=1) == own, tf.float32))
        return tf.reduce_sum(each), right

    return step
