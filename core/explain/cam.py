"""Class activation maps in closed form: all classes' heatmaps from one forward pass.

The head is global average pooling and one dense layer, so the gradient of a logit by the feature
map is the class's own weights spread evenly over space, and Grad-CAM needs no gradient at all
(Selvaraju et al. 2017, arXiv:1610.02391, section 3.1; CAM is Zhou et al. 2016, arXiv:1512.04150).
"""

from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from core.domain import Heatmap, Prediction
from core.explain.methods import DEFAULT, METHODS
from core.explain.network import Network, kernel
from core.explain.values import Ask, Explanation, Square, Step, Target

METHOD = DEFAULT


def class_maps(features: NDArray[np.float32], kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much each place of the feature map speaks for each class, before ReLU.

    The sum of a class's map over space, plus the class's bias, is its logit.

    Args:
        features: (h, w, C) feature map that the head pools.
        kernel: (C, K) weights of the dense layer.

    Returns:
        (K, h, w) float32 in units of the logits: ``maps[c] = sum_k W[k, c] / (h w) * A[:, :, k]``.

    Raises:
        ValueError: The shapes don't fit each other.
    """
    if features.ndim != 3 or kernel.ndim != 2 or features.shape[2] != kernel.shape[0]:
        raise ValueError(
            f"features {features.shape} and kernel {kernel.shape} don't fit (h, w, C) and (C, K)"
        )
    height, width, channels = features.shape
    spread = kernel / np.float32(height * width)
    flat = features.reshape(-1, channels) @ spread
    return np.ascontiguousarray(flat.T.reshape(-1, height, width), dtype=np.float32)


def explanation(prediction: Prediction, target: Target) -> Explanation:
    """The closed form of an answer that is here already, for any target; takes no pass of the model.

    Args:
        prediction: An answer, declined or not.
        target: One of its classes, alone or against another.

    Returns:
        The target's map before ReLU, on the feature grid; its sum, plus the biases, is the target's logit.

    Raises:
        ValueError: The model has no such class, or both are the same.
    """
    start = perf_counter()
    raw = np.tensordot(target.weights(prediction.labels), prediction.maps, axes=1)
    return Explanation(
        ask=Ask(METHOD, target),
        raw=np.asarray(raw, np.float32),
        unit=METHODS[METHOD].unit,
        layer=prediction.layer,
        placement=prediction.placement,
        model=prediction.model,
        passes=0,
        milliseconds=1000.0 * (perf_counter() - start),
    )


def heatmap(prediction: Prediction, label: str) -> Heatmap:
    """Where a slice speaks for one class, in the slice's own pixels.

    Args:
        prediction: An answer, declined or not.
        label: One of its classes.

    Returns:
        The class's map after ReLU over its peak, laid on the slice: 0 to 1; all 0 where it is flat.

    Raises:
        ValueError: The model knows no such class.
    """
    return explanation(prediction, Target(label)).heatmap()


def heatmaps(prediction: Prediction) -> dict[str, Heatmap]:
    """The heatmaps of all classes, in the bundle's order."""
    return {label: heatmap(prediction, label) for label in prediction.labels}


def attribute(network: Network, square: Square, ask: Ask, step: Step) -> NDArray[np.float32]:
    """The closed form as one method among others, see `core.explain.asking.Attribute`.

    Returns:
        (h, w) float32: the target's map before ReLU; its sum, plus the biases, is the target's logit. All
        0 for a square of one grey, see `blank`.
    """
    maps = class_maps(network.features(square), kernel(network.bundle))
    step(1.0)
    if blank(square):
        return np.zeros(maps.shape[1:], np.float32)
    weights = ask.target.weights(network.bundle.card.labels)
    return np.asarray(np.tensordot(weights, maps, axes=1), np.float32)


def blank(square: Square) -> bool:
    """Whether a square is of one grey: whatever differs in its maps is the network's own padding.

    Args:
        square: (S, S) uint8, prepared as the bundle says.
    """
    return bool(square.min() == square.max())
