"""The stage in which the backbone is frozen: the head learns from features that are there already."""

from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config.params import Params
from core.models.build import LOGITS
from core.training.loop import optimiser
from core.training.loop.draws import Draw
from core.training.loop.samples import Samples
from core.training.loop.stepping import Floats, Learnt, Tally, Told, stepper, wanted

_REPORT_S = 0.05
"""What is learnt without a word: steps take far less than the telling."""
_FASTER = 4
"""How many times more steps than the last time are taken without a word, at most."""


class HeadStage:
    """Dropout and a dense layer over cached features, many steps a call of TensorFlow.

    Mixup blends features here, as in manifold mixup (Verma et al. 2019, arXiv:1806.05236).
    """

    def __init__(self, model: Any, learn: Samples, validate: Samples, params: Params) -> None:
        self.layers = [model.get_layer(LOGITS)]
        variables = self.layers[0].trainable_variables
        self.optimiser = optimiser.make(params.training, variables)
        self._learn, self._validate = learn, validate
        self._batch, self._count = params.training.batch, 1
        classes = self.layers[0].units
        self._targets, self._weights = wanted(learn, classes, params.training)
        self._steps = _steps(self.layers[0], variables, self.optimiser, params)

    def learn(self, draw: Draw, rates: Floats, told: Told) -> Learnt:
        """One epoch (`core.training.loop.stepping.Stage`)."""
        tally, at = Tally(), 0
        while at < len(rates):
            count = min(self._count, len(rates) - at)
            places = slice(at * self._batch, (at + count) * self._batch)
            began = perf_counter()
            losses, rights = self._take(draw, places, rates[at : at + count], at)
            for loss, right in zip(losses, rights, strict=True):
                # step by step, so that the sum is the same however many are taken at once
                tally.add(loss, right)
            wished = count * _REPORT_S / max(perf_counter() - began, 1e-6)
            self._count = max(1, int(min(wished, self._count * _FASTER)))
            at += count
            told(min(at * self._batch, len(draw.order)))
        return tally.learnt(len(draw.order))

    def answers(self, told: Told) -> Floats:
        """(V, K) logits of the validation."""
        kernel, bias = self.layers[0].get_weights()
        told(len(self._validate))
        return np.asarray(self._validate.features[0] @ kernel + bias, np.float32)

    def close(self) -> None:
        """The head's layer is the model's own: there is nothing to bring back."""

    def _take(self, draw: Draw, places: slice, rates: Floats, first: int) -> tuple[list[float], list[float]]:
        chosen = draw.order[places]
        losses, rights = self._steps(
            _gathered(self._learn, chosen, draw.copies[places]),
            self._targets[chosen], self._weights[chosen], draw.shares[places],
            rates, np.int32(draw.seed), np.int32(first),
        )  # fmt: skip
        return losses.numpy().tolist(), rights.numpy().tolist()


def _gathered(samples: Samples, chosen: NDArray[np.intp], copies: NDArray[np.intp]) -> Floats:
    """(n, C) features, of each slice the copy that was drawn."""
    found = np.empty((len(chosen), samples.features[0].shape[1]), np.float32)
    for number, features in enumerate(samples.features):
        mine = copies == number
        found[mine] = features[chosen[mine]]
    return found


def _steps(layer: Any, variables: list[Any], made: Any, params: Params) -> Any:
    """Takes a step a rate; the loop runs in TensorFlow."""
    import tensorflow as tf

    rate, batch = params.model.dropout, params.training.batch

    def answer(features: Any, seed: Any) -> Any:
        kept = tf.nn.experimental.stateless_dropout(features, rate, seed=seed) if rate else features
        return layer(kept)

    step = stepper(answer, variables, made, params.training.mixup > 0)
    many = tf.TensorSpec([None], tf.float32)
    table, number = tf.TensorSpec([None, None], tf.float32), tf.TensorSpec([], tf.int32)
    width = tf.TensorSpec([None, layer.kernel.shape[0]], tf.float32)

    def run(x: Any, targets: Any, weights: Any, shares: Any, rates: Any, seed: Any, first: Any) -> Any:
        count = tf.shape(rates)[0]
        losses, rights = tf.TensorArray(tf.float32, count), tf.TensorArray(tf.float32, count)
        for at in tf.range(count):
            low, high = at * batch, (at + 1) * batch
            loss, right = step(
                x[low:high], targets[low:high], weights[low:high], shares[low:high],
                rates[at], tf.stack([seed, first + at]),
            )  # fmt: skip
            losses, rights = losses.write(at, loss), rights.write(at, right)
        return losses.stack(), rights.stack()

    return tf.function(run, input_signature=[width, table, many, many, many, number, number])
