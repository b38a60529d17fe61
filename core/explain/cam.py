"""Class activation maps in closed form: all classes' heatmaps from one forward pass.

The head is global average pooling and one dense layer, so the gradient of a logit by the feature
map is the class's own weights spread evenly over space, and Grad-CAM needs no gradient at all
(Selvaraju et al. 2017, arXiv:1610.02391, section 3.1; CAM is Zhou et al. 2016, arXiv:1512.04150).
"""

import numpy as np
from numpy.typing import NDArray

from core.domain import Heatmap, Prediction
from core.explain.methods import DEFAULT
from core.explain.network import Network, kernel
from core.explain.values import Ask, Square, Step
from core.imaging.preprocess import lay

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


def heatmap(prediction: Prediction, label: str) -> Heatmap:
    """Where a slice speaks for one class, in the slice's own pixels.

    Args:
        prediction: An answer, declined or not.
        label: One of its classes.

    Returns:
        The class's map after ReLU over its peak, laid on the slice: 0 to 1.

    Raises:
        ValueError: The model knows no such class.
    """
    if label not in prediction.labels:
        raise ValueError(f"label must be one of {', '.join(prediction.labels)}, got {label!r}")
    support = np.maximum(prediction.maps[prediction.labels.index(label)], np.float32(0))
    peak = float(support.max())
    values = lay(support / np.float32(peak) if peak > 0 else support, prediction.placement)
    return Heatmap(values, label, METHOD, prediction.layer, peak, prediction.model)


def heatmaps(prediction: Prediction) -> dict[str, Heatmap]:
    """The heatmaps of all classes, in the bundle's order."""
    return {label: heatmap(prediction, label) for label in prediction.labels}


def attribute(network: Network, square: Square, ask: Ask, step: Step) -> NDArray[np.float32]:
    """The closed form as one method among others, see `core.explain.asking.Attribute`.

    Returns:
        (h, w) float32: the target's map before ReLU; its sum, plus the biases, is the target's logit.
    """
    maps = class_maps(network.features(square), kernel(network.bundle))
    step(1.0)
    weights = ask.target.weights(network.bundle.card.labels)
    return np.asarray(np.tensordot(weights, maps, axes=1), np.float32)
