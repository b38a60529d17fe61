"""The stage in which blocks of the backbone learn, from squares that are changed anew each epoch."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from core.config.params import Augmentation, Params
from core.imaging.preprocess import equalise
from core.models import build
from core.training.inputs import augment
from core.training.loop import feed, optimiser, precision
from core.training.loop.draws import Draw
from core.training.loop.samples import Samples
from core.training.loop.stepping import Floats, Learnt, Tally, Told, stepper, wanted


class TuningStage:
    """The whole network, a step a batch.

    Args:
        model: From `core.models.build.build`, with its head as it was left.
        learn: With squares.
        validate: With squares.
        params: The recipe; says what of the backbone learns.
    """

    def __init__(self, model: Any, learn: Samples, validate: Samples, params: Params) -> None:
        training = params.training
        build.unfreeze(model, training.unfreeze, training.top_blocks)
        self._model = model
        self._network = precision.mixed(model) if training.mixed_precision else model
        self.layers = [one for one in self._network.layers if one.trainable and one.weights]
        self.optimiser = optimiser.make(training, self._network.trainable_variables)
        self._learn, self._validate, self._params = learn, validate, params
        self._targets, self._weights = wanted(learn, model.output_shape[-1], training)
        self._step, self._forward = _functions(self._network, self.optimiser, training.mixup > 0)

    def learn(self, draw: Draw, rates: Floats, told: Told) -> Learnt:
        """One epoch (`core.training.loop.stepping.Stage`)."""
        one = changed(self._learn, draw, self._params.augmentation, self._params.training.seed)
        size, batch = self._learn.spec.size, self._params.training.batch
        return self.take(draw, rates, feed.batches(one, len(draw.order), size, batch), told)

    def take(self, draw: Draw, rates: Floats, batches: Iterable[Any], told: Told) -> Learnt:
        """Take the steps of an epoch.

        Args:
            draw: What chance settled.
            rates: Learning rate of each step.
            batches: (B, S, S, 1) uint8 of each.
            told: Told how many slices are done.

        Raises:
            Diverged: The loss is no number any more.
        """
        _reseed(self._network, draw.seed)
        tally, batch, done = Tally(), self._params.training.batch, 0
        for rate, squares in zip(rates, batches, strict=True):
            chosen, shares = draw.order[done : done + batch], draw.shares[done : done + batch]
            loss, right = self._step(squares, self._targets[chosen], self._weights[chosen], shares, rate)
            done += len(chosen)
            tally.add(float(loss), float(right))
            told(done)
        return tally.learnt(done)

    def answers(self, told: Told) -> Floats:
        """(V, K) logits of the validation."""
        given, spec = self._validate.shown(), self._validate.spec
        found: list[Floats] = []
        batch = self._params.training.batch
        for squares in feed.batches(lambda at: equalise(given[at], spec), len(given), spec.size, batch):
            found.append(self._forward(squares).numpy())
            told(min(len(found) * batch, len(given)))
        return np.concatenate(found)

    def close(self) -> None:
        """Bring the weights into the model, where another computed for it."""
        if self._network is not self._model:
            precision.bring(self._network, self._model)


def changed(samples: Samples, draw: Draw, strengths: Augmentation, seed: int) -> feed.One:
    """Makes what the network is shown at each place of an epoch: a changed copy, equalised.

    Args:
        samples: With squares.
        draw: Which slice comes when.
        strengths: Of the changes, drawn anew each epoch.
        seed: Of the whole training.
    """
    squares, count = samples.shown(), len(draw.order)

    def one(at: int) -> feed.Squares:
        number = int(draw.order[at])
        # by place too: a slice that comes twice is changed in two ways
        rng = augment.generator(seed, samples.digests[number], draw.epoch * count + at)
        return equalise(augment.change(squares[number], strengths, rng), samples.spec)

    return one


def _functions(network: Any, made: Any, mixup: bool) -> tuple[Any, Any]:
    """A step and a forward pass, compiled."""
    import tensorflow as tf

    size = network.input_shape[1]
    step = stepper(lambda x, _seed: network(x, training=True), network.trainable_variables, made, mixup)
    many, one = tf.TensorSpec([None], tf.float32), tf.TensorSpec([], tf.float32)
    table, squares = tf.TensorSpec([None, None], tf.float32), tf.TensorSpec([None, size, size, 1], tf.uint8)

    def run(x: Any, targets: Any, weights: Any, shares: Any, rate: Any) -> Any:
        return step(tf.cast(x, tf.float32), targets, weights, shares, rate, None)

    def forward(x: Any) -> Any:
        return tf.cast(network(tf.cast(x, tf.float32), training=False), tf.float32)

    taking = tf.function(run, input_signature=[squares, table, many, many, one])
    return taking, tf.function(forward, input_signature=[squares])


def _reseed(network: Any, seed: int) -> None:
    """Let what layers draw depend on the epoch alone."""
    for at, layer in enumerate(network.layers):
        generator = getattr(layer, "seed_generator", None)
        if generator is not None:
            generator.state.assign(np.array([seed, at * 2**20], np.uint32))
