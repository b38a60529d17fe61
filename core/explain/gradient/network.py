"""A bundle's model by Keras: what methods need that ask for gradients, or for any layer."""

import zipfile
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.explain.values import Floats
from core.models import starting
from core.models.bundle import Bundle, damaged

Squares = NDArray[np.uint8] | Floats

MEMORY: Final = 256 * 2**20
"""Bytes that the activations of one batch may take, about."""
MOST: Final = 8
"""Squares in a batch at most: more are no faster a square."""


class KerasNetwork:
    """A `core.explain.network.Network` with gradients; not for two threads at once.

    The model is read and run, never changed: no weight, no activation, no flag.

    Args:
        bundle: A verified bundle.
        model: Another model of the same shape in its place, e.g. with weights drawn anew; without one,
            the bundle's own is loaded.

    Attributes:
        bundle: Whose it is.
        model: Flat keras.Model from (N, S, S, 1) grey 0..255 to (N, K) logits.
        passes: How often it was run so far, forwards or backwards.
        explainers: What methods make once a network and keep.

    Raises:
        BundleError: Its model.keras can't be read.
    """

    def __init__(self, bundle: Bundle, model: Any = None) -> None:
        self.bundle = bundle
        self.model = _loaded(bundle) if model is None else model
        self.passes = 0
        self.explainers: dict[str, Any] = {}
        largest, all_of_them = _memory(self.model)
        # a forward pass frees what the next layers don't need; a backward one needs all of it
        self.batch = max(1, min(MOST, MEMORY // (4 * largest)))
        self.gradient_batch = max(1, min(MOST, MEMORY // all_of_them))
        self._forward = _forward(self.model, bundle.card.layer)
        self._backward = _backward(self.model)

    def logits(self, squares: Squares) -> Floats:
        """See `core.explain.network.Network.logits`."""
        parts = [self.run(_batch(part))[1].numpy() for part in split(squares, self.batch)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.bundle.card.labels)), np.float32)

    def features(self, square: Squares) -> Floats:
        """See `core.explain.network.Network.features`."""
        return np.asarray(self.run(_batch(square[None]))[0][0].numpy(), np.float32)

    def gradients(self, squares: Squares, weights: Floats) -> tuple[Floats, Floats]:
        """How the score changes with each pixel.

        Args:
            squares: (N, S, S) grey 0..255, at most `gradient_batch` of them.
            weights: (K,) of the logits in the score, see `core.explain.values.Target.weights`.

        Returns:
            (N,) scores; (N, S, S) their change a grey level, signed.
        """
        self.passes += 2 * len(squares)
        scores, changes = self._backward(_batch(squares), weights)
        return np.asarray(scores.numpy(), np.float32), np.asarray(changes.numpy()[..., 0], np.float32)

    def run(self, squares: Any) -> tuple[Any, Any]:
        """Features (N, h, w, C) and logits (N, K) of a tensor (N, S, S, 1), which may be differentiated."""
        self.passes += int(squares.shape[0])
        features, logits = self._forward(squares)
        return features, logits


def split(squares: Squares, size: int) -> Iterator[Squares]:
    """Squares in batches of at most ``size``, in order."""
    for start in range(0, len(squares), size):
        yield squares[start : start + size]


def _loaded(bundle: Bundle) -> Any:
    try:
        return starting.load(bundle.path)
    except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile):
        raise damaged(bundle.path, "model.keras can't be read") from None


def _batch(squares: Squares) -> Any:
    import tensorflow as tf

    return tf.constant(squares[..., None], tf.float32)


def _memory(model: Any) -> tuple[int, int]:
    """Bytes of one square's largest layer output, and of all of them."""
    sizes = [4 * int(np.prod(layer.output.shape[1:])) for layer in model.layers]
    return max(sizes), sum(sizes)


def _forward(model: Any, layer: str) -> Any:
    import keras
    import tensorflow as tf

    both = keras.Model(model.inputs, [model.get_layer(layer).output, model.outputs[0]])

    def run(squares: Any) -> tuple[Any, Any]:
        features, logits = both(squares, training=False)
        return tf.cast(features, tf.float32), tf.cast(logits, tf.float32)

    return tf.function(run, input_signature=[_squares(model)])


def _backward(model: Any) -> Any:
    import tensorflow as tf

    def run(squares: Any, weights: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            tape.watch(squares)
            scores = tf.linalg.matvec(tf.cast(model(squares, training=False), tf.float32), weights)
        changes = tape.gradient(scores, squares, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return scores, changes

    return tf.function(run, input_signature=[_squares(model), tf.TensorSpec((None,), tf.float32)])


def _squares(model: Any) -> Any:
    """Any number of squares: one trace for all batches."""
    import tensorflow as tf

    return tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)
