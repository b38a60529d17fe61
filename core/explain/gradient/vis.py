"""The methods of tf-keras-vis: class activation maps of any layer, and gradients of the pixels.

Nothing is normalised, enlarged or cut at zero, so that raw values keep their scale and their sign. The
score is made of logits: probabilities that are 0 or 1 to the last digit have no gradient left.
"""

from functools import partial
from typing import Any, Final

import numpy as np

from core.explain.gradient import library
from core.explain.gradient.layers import layer
from core.explain.gradient.library import Kind, Masked, Score, Traced
from core.explain.gradient.network import KerasNetwork
from core.explain.values import Ask, Floats, Square, Step

MASKS: Final = 32
"""Channels that Score-CAM shows the slice through: those that vary most over space."""
COPIES: Final = 20
NOISE: Final = 0.15
"""Of SmoothGrad: noisy copies, and their noise over the slice's range of grey; the paper's 10 to 20 %."""


def grad_cam(network: KerasNetwork, square: Square, ask: Ask, step: Step) -> Floats:
    """Grad-CAM: each channel weighed by its gradient's mean (Selvaraju et al. 2017, arXiv:1610.02391).

    See `core.explain.asking.Attribute`.

    Returns:
        (h, w) on the layer's grid, before ReLU; on the layer that feeds the head exactly the closed form.

    Raises:
        InputError: There is no such layer, or the model isn't all float32.
    """
    return _by_gradient(
        "gradcam:Gradcam", library.weighted(_weights(network, ask)), network, square, ask, step
    )


def grad_cam_plus_plus(network: KerasNetwork, square: Square, ask: Ask, step: Step) -> Floats:
    """Grad-CAM++: gradients weighed place by place (Chattopadhay et al. 2018, arXiv:1710.11063).

    See `core.explain.asking.Attribute`. The paper explains exp(logit), which scales the map by that number
    and overflows above 88: here the factor is left out. Only gradients that raise the score count, as in the
    authors' own code.

    Returns:
        (h, w) on the layer's grid; negative only where the layer's own values are.

    Raises:
        InputError: There is no such layer, the model isn't all float32, or the weighing divides by zero.
    """
    score, rising = library.levelled(_weights(network, ask)), library.tensorflow().nn.relu
    kind: Kind = "gradcam_plus_plus:GradcamPlusPlus"
    return _by_gradient(kind, score, network, square, ask, step, gradient_modifier=rising)


def layer_cam(network: KerasNetwork, square: Square, ask: Ask, step: Step) -> Floats:
    """LayerCAM: each place by its own gradient, where that raises the score (Jiang et al. 2021).

    See `core.explain.asking.Attribute`; doi:10.1109/TIP.2021.3089943.

    Returns:
        (h, w) on the layer's grid; negative only where the layer's own values are.

    Raises:
        InputError: There is no such layer, or the model isn't all float32.
    """
    score, rising = library.weighted(_weights(network, ask)), library.tensorflow().nn.relu
    return _by_gradient("layercam:Layercam", score, network, square, ask, step, gradient_modifier=rising)


def score_cam(network: KerasNetwork, square: Square, ask: Ask, step: Step) -> Floats:
    """Score-CAM: each channel weighed by the score of the slice seen through it (Wang et al. 2020).

    See `core.explain.asking.Attribute`; arXiv:1910.01279, with the `MASKS` channels of largest spread. A
    channel's weight is its score less a black slice's, as the paper defines it: a model that answers the
    same whatever it sees gives no heat.

    Returns:
        (h, w) on the layer's grid, logits times the layer's own unit: positive and negative.

    Raises:
        InputError: There is no such layer, or the model isn't all float32.
    """
    found = layer(network, ask.layer)
    masked = Masked(network, _weights(network, ask), step)
    method = library.explainer("scorecam:Scorecam", network, masked)  # not kept: it holds this one's step
    step(0.0)
    network.passes += 1
    return library.cam(method, masked.score, square, found.name, max_N=min(MASKS, found.channels))


def saliency(network: KerasNetwork, square: Square, ask: Ask, step: Step) -> Floats:
    """How much each pixel's grey would change the score (Simonyan et al. 2014, arXiv:1312.6034).

    See `core.explain.asking.Attribute`.

    Returns:
        (S, S) never negative: the gradient's size, whether brighter or darker would raise the score.

    Raises:
        InputError: The model isn't all float32.
    """
    method = library.kept("saliency", network, partial(library.explainer, "saliency:Saliency", network))
    step(0.0)
    network.passes += 2
    found = library.changes(method, library.weighted(_weights(network, ask)), np.asarray(square, np.float32))
    step(1.0)
    return np.abs(found)


def smooth_grad(network: KerasNetwork, square: Square, ask: Ask, step: Step) -> Floats:
    """Saliency with the noise averaged away (Smilkov et al. 2017, arXiv:1706.03825).

    See `core.explain.asking.Attribute`. Gradients are averaged with their signs over `COPIES` noisy copies,
    one at a time: each is a step at which it can be cancelled.

    Returns:
        (S, S) never negative: the mean gradient's size.

    Raises:
        InputError: The model isn't all float32.
    """
    make = partial(library.explainer, "saliency:Saliency", network, Traced(network))
    method = library.kept("smooth-grad", network, make)
    score, rng = library.weighted(_weights(network, ask)), np.random.default_rng(ask.seed)
    grey = np.asarray(square, np.float32)
    noise = np.float32(NOISE * np.ptp(grey))
    total = np.zeros(grey.shape, np.float64)
    for copy in range(COPIES):
        step(copy / COPIES)
        network.passes += 1  # backwards: forwards is counted by the network
        total += library.changes(method, score, grey + noise * rng.standard_normal(grey.shape, np.float32))
    step(1.0)
    return np.abs(total / COPIES).astype(np.float32)


def _by_gradient(
    kind: Kind, score: Score, network: KerasNetwork, square: Square, ask: Ask, step: Step, **options: Any
) -> Floats:
    """A map by one gradient at a layer."""
    name = layer(network, ask.layer).name
    method = library.kept(kind, network, partial(library.explainer, kind, network))
    unconnected = library.tensorflow().UnconnectedGradients.ZERO
    step(0.0)
    network.passes += 2
    raw = library.cam(method, score, square, name, unconnected_gradients=unconnected, **options)
    step(1.0)
    return raw


def _weights(network: KerasNetwork, ask: Ask) -> Floats:
    return ask.target.weights(network.bundle.card.labels)
