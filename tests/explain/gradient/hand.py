"""A model so small that every map can be worked out on paper.

A 4 x 4 picture of four even blocks::

    8 8 4 4        early: the picture itself, after ReLU              (4 x 4 x 1)
    8 8 4 4        features: 0 the mean of each block of 2 x 2         [[8, 4], [1, 3]]
    1 1 3 3                  1 what a block's mean lacks to 3.5        [[0, 0], [2.5, 0.5]]
    1 1 3 3        logits:   Cyst    2 mean(0) - 4 mean(1) + 1 = 8 - 3 + 1 = 6
                             Normal  0
                             Stone    -mean(0) + 3 mean(1) + 5 = -4 + 2.25 + 5 = 3.25

A black picture has Cyst -4 * 3.5 + 1 = -13 and Stone 3 * 3.5 + 5 = 15.5.
"""

from pathlib import Path
from typing import Any

import numpy as np

from core.explain.gradient.network import KerasNetwork
from core.imaging.preprocess import PreprocessSpec
from core.models.bundle import REFERENCE, Bundle, Card, Thresholds

LABELS = ("Cyst", "Normal", "Stone")
PICTURE = np.kron([[8, 4], [1, 3]], np.ones((2, 2))).astype(np.uint8)
KERNEL = np.array([[2, 0, -1], [-4, 0, 3]], np.float32)
BIAS = np.array([1, 0, 5], np.float32)
CYST, BLACK_CYST, STONE, BLACK_STONE = 6.0, -13.0, 3.25, 15.5


def model(scale: float = 1.0) -> Any:
    """The model; its head times a number."""
    import keras

    picture = keras.Input((4, 4, 1), name="grey")
    early = keras.layers.Conv2D(1, 1, activation="relu", name="early")(picture)
    features = keras.layers.Conv2D(2, 2, strides=2, activation="relu", name="features")(early)
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(features)
    made = keras.Model(picture, keras.layers.Dense(3, name="logits")(pooled), name="hand")
    made.get_layer("early").set_weights([np.ones((1, 1, 1, 1)), np.zeros(1)])
    quarters = np.full((2, 2, 1, 1), 0.25)
    made.get_layer("features").set_weights([np.concatenate([quarters, -quarters], 3), np.array([0.0, 3.5])])
    made.get_layer("logits").set_weights([scale * KERNEL, scale * BIAS])
    return made


def network(folder: Path, made: Any) -> KerasNetwork:
    """A model as methods see it; its head's weights lie in the folder."""
    labels = LABELS if made.output_shape[-1] == 3 else ("Cyst", "Normal", "Stone", "Tumor")
    kernel, bias = made.layers[-1].get_weights()
    np.savez(folder / REFERENCE, head_kernel=kernel, head_bias=bias)
    card = Card(
        name="hand", version="0", created="", labels=labels, backbone=made.name, layer="features",
        preprocess=PreprocessSpec(size=max(32, made.input_shape[1])), temperature=1.0,
        thresholds=Thresholds(unsure=0.0, distance=1.0), metrics={}, data={}, code_revision="", files={},
    )  # fmt: skip
    return KerasNetwork(Bundle(folder, card, "0" * 64), made)


def fingerprint(made: Any) -> list[Any]:
    """All of a model that an explanation mustn't change."""
    return [
        (
            layer.name, layer.trainable, layer.dtype_policy.name, len(layer._inbound_nodes),
            getattr(getattr(layer, "activation", None), "__name__", None),
            [value.tobytes() for value in layer.get_weights()],
        )
        for layer in made.layers
    ] + [made.trainable, [one.name for one in made.outputs]]  # fmt: skip
