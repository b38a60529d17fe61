"""A flat Keras model: grey square -> backbone -> feature map -> mean -> dropout -> logits."""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import SettingsError
from core.models.backbones import backbone, size_reasons
from core.models.freezing import block_names, unfreeze
from core.models.networks import LAYER, LOGITS, assemble
from core.models.starting import load, scale, start

__all__ = [
    "LAYER", "LOGITS", "backbone_digest", "block_names", "build", "load", "set_head", "start", "unfreeze",
]  # fmt: skip


def build(name: str, size: int, classes: int, dropout: float = 0.2) -> Any:
    """Build a model with random weights and a frozen backbone.

    The weights follow `keras.utils.set_random_seed`.

    Args:
        name: A row of `core.models.backbones.TABLE`.
        size: Side of the input, pixels; a multiple of 32, at least the row's own least.
        classes: Number of logits, at least 2.
        dropout: Share of pooled features dropped in training, 0..1.

    Returns:
        keras.Model from (N, size, size, 1) grey 0..255 to (N, classes) logits. No layer is a model
        itself, so Grad-CAM on `LAYER` is exactly the closed form.

    Raises:
        SettingsError: No such backbone, or the size doesn't fit it.
    """
    backbone(name)
    reasons = size_reasons(name, size)
    if reasons:
        raise SettingsError(" ".join(reasons), "size")
    model = assemble(name, size, classes, dropout)
    scale(model, "torch")
    for layer in model.layers[:-1]:
        layer.trainable = False
    return model


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
