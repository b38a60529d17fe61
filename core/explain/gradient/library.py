"""How tf-keras-vis is called, so that what comes out keeps its scale and its sign, and the model stays."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Literal

import numpy as np

from core.errors import InputError
from core.explain.gradient.network import KerasNetwork, split
from core.explain.values import Floats, Square, Step

Score = Callable[[Any], Any]
"""Logits (N, K) to what is explained, (N,)."""
Kind = Literal[
    "gradcam:Gradcam",
    "gradcam_plus_plus:GradcamPlusPlus",
    "layercam:Layercam",
    "saliency:Saliency",
    "scorecam:Scorecam",
]
"""``module:class`` of the library."""


def weighted(weights: Floats) -> Score:
    """The sum of weighted logits, see `core.explain.values.Target.weights`."""
    return lambda logits: tensorflow().linalg.matvec(logits, weights)


def levelled(weights: Floats) -> Score:
    """As `weighted` with the same gradient, but always 0, so that its exponential is 1."""
    score = weighted(weights)
    return lambda logits: score(logits) - tensorflow().stop_gradient(score(logits))


def explainer(kind: Kind, network: KerasNetwork, model: Any = None) -> Any:
    """One of the library's explainers.

    Args:
        kind: Which.
        network: The model.
        model: What it is to call in the model's place, see `Traced`.

    Raises:
        InputError: The model isn't all float32, which the library can't follow.
    """
    others = sorted({one.compute_dtype for one in network.model.layers} - {"float32"})
    if others:
        raise InputError(
            f'This method can\'t follow the model "{network.bundle.card.name}": it computes in {others[0]}. '
            "Use the closed form or occlusion, or train the model again in float32.",
            "mixed-precision",
        )
    module, _, name = kind.partition(":")
    made = getattr(import_module(f"tf_keras_vis.{module}"), name)
    return made(network.model if model is None else model, clone=True)


def kept(name: str, network: KerasNetwork, make: Callable[[], Any]) -> Any:
    """What is made once a network."""
    if name not in network.explainers:
        network.explainers[name] = make()
    return network.explainers[name]


def cam(method: Any, score: Score, square: Square, layer: str, **options: Any) -> Floats:
    """(h, w) a class activation map on the layer's own grid, with its own scale.

    The layer is named: left to itself the library takes the last convolution, before its norm and ReLU.

    Raises:
        InputError: The method divides by zero at this layer.
    """
    with _quiet():
        found = method(
            score,
            np.asarray(square, np.float32)[None, ..., None],
            penultimate_layer=layer,
            seek_penultimate_conv_layer=False,
            activation_modifier=None,
            expand_cam=False,
            normalize_cam=False,
            **options,
        )
    raw: Floats = np.asarray(found, np.float32)[0]
    if not np.isfinite(raw).all():
        raise InputError(
            f'This method has no answer at the layer "{layer[:40]}": it divides by zero there. '
            "Use another layer or another method.",
            "no-map",
        )
    return raw


def changes(method: Any, score: Score, grey: Floats) -> Floats:
    """(S, S) the score's change a grey level, signed."""
    unconnected = tensorflow().UnconnectedGradients.ZERO
    with _quiet():
        found = method(
            score,
            grey[None, ..., None],
            gradient_modifier=None,
            normalize_map=False,
            unconnected_gradients=unconnected,
        )
    raw: Floats = np.asarray(found, np.float32)[0]
    return raw


class Traced:
    """The network as the library calls a model, by its traced function.

    Tracing takes seconds, a gradient then a fifth of its time: worth it for many of them.

    Args:
        network: The model.
    """

    def __init__(self, network: KerasNetwork) -> None:
        self.inputs, self.outputs = network.model.inputs, network.model.outputs
        self.layers = network.model.layers
        self._network = network

    def __call__(self, inputs: list[Any], **_: Any) -> Any:
        """Logits (N, K), which may be differentiated."""
        return self._network.run(inputs[0])[1]


class Masked(Traced):
    """The network as Score-CAM asks it: about all masked slices at once, answered in batches.

    The library passes every answer through a softmax, after which saturated ones are all alike. So scores
    are kept here and handed over when it asks for them, which it does mask by mask, in order.

    Args:
        network: The model.
        weights: (K,) of the logits in the score.
        step: Told the share that is done, batch by batch.
    """

    def __init__(self, network: KerasNetwork, weights: Floats, step: Step) -> None:
        super().__init__(network)
        self._weights, self._step = weights, step
        self._scores: Iterator[float] = iter(())

    def predict(self, squares: list[Floats], **_: Any) -> Floats:
        """Ask about masked slices [(N, S, S, 1)], and about a black one, whose score is taken off."""
        masked = squares[0][..., 0]
        black = self._network.logits(np.zeros_like(masked[:1])) @ self._weights
        scores: list[float] = []
        for part in split(masked, self._network.batch):
            scores.extend(self._network.logits(part) @ self._weights - black)
            self._step(len(scores) / len(masked))
        self._scores = iter(scores)
        return np.zeros((len(masked), 1), np.float32)

    def score(self, _: Any) -> list[float]:
        """The next masked slice's."""
        return [next(self._scores)]


@contextmanager
def _quiet() -> Iterator[None]:
    """Without Keras's warning that the library puts the input in a list."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The structure of `inputs`")
        yield


def tensorflow() -> Any:
    """TensorFlow, loaded when first needed."""
    return import_module("tensorflow")
