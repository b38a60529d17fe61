"""Which layers of a model learn."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from core.models.networks import GREY_TO_RGB, LOGITS, POOLED

FRESH, TRAINED = 0.9, 0.99
"""Momentum of batch norms that started at random, which learn, and of trained ones, which rest."""
STEM = "stem"
_BLOCKS: Mapping[str, str] = MappingProxyType(
    {
        "simple_cnn": r"block_\d",
        "vgg16": r"block\d",
        "resnet50": r"conv\d_block\d",
        "efficientnet_b0": r"block\d[a-z]",
        "efficientnet_v2_b0": r"block\d[a-z]",
        "mobilenet_v2": r"expanded_conv|block_\d+",
        "mobilenet_v3": r"expanded_conv(_\d+)?",
        "densenet121": r"conv\d_block\d+",
        "convnext_tiny": r"stage_\d",
    }
)
"""How the names of each network's layers begin, by block."""


def block_names(model: Any) -> list[str]:
    """The blocks of a model's backbone, from the picture to the head.

    Args:
        model: From `core.models.build.build`, or a bundle's.

    Returns:
        Names of its own: residual blocks of ResNet, MobileNet and EfficientNet, dense layers of DenseNet,
        stages of VGG and ConvNeXt. What comes before the first is the stem; what comes after one, up to
        the next, belongs to it.
    """
    return list(_blocks(model))


def unfreeze(model: Any, what: Literal["none", "top", "all"], blocks: int = 1) -> None:
    """Choose what learns beside the head. It may be called again with another choice.

    Batch norms of a trained backbone stay as they are, in inference mode: statistics of a small batch
    would spoil them. Those of a network that started at random learn.

    Args:
        model: From `core.models.build.build`, started.
        what: Nothing more, the last blocks, or the whole backbone.
        blocks: How many blocks ``top`` means, at least 1; all where there are fewer.
    """
    found = _blocks(model)
    count = {"none": 0, "top": blocks, "all": len(found)}[what]
    learning = list(found)[max(0, len(found) - count) :]
    for name, layers in found.items():
        for layer in layers:
            layer.trainable = name in learning and _may_learn(layer)
    for layer in model.layers:
        if layer.name == GREY_TO_RGB:
            layer.trainable = False
    model.get_layer(LOGITS).trainable = True


def _blocks(model: Any) -> dict[str, list[Any]]:
    pattern = re.compile(rf"(?:^|_)({_BLOCKS[model.name]})(?=_)")
    names = [layer.name for layer in model.layers]
    found: dict[str, list[Any]] = {}
    current = STEM
    for layer in model.layers[names.index(GREY_TO_RGB) + 1 : names.index(POOLED)]:
        if match := pattern.search(layer.name):
            current = match[1]
        found.setdefault(current, []).append(layer)
    return {name: layers for name, layers in found.items() if any(layer.weights for layer in layers)}


def _may_learn(layer: Any) -> bool:
    import keras

    return not isinstance(layer, keras.layers.BatchNormalization) or layer.momentum <= FRESH
