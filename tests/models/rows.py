"""Trains a row of the table a little and keeps what it says: `python -m tests.models.rows FOLDER NAME...`.

Its .keras and .tflite are read back by the test's own process, which has never seen the network.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from core.config.settings import settings
from core.models import build, export
from core.models.backbones import TABLE
from core.models.bundle import KERAS, LITERT, load

STEPS, BATCH, SEED = 3, 4, 5
RATES = {"vgg16": 5e-5, "mobilenet_v2": 2e-5}
"""Without batch norm, or with one at rest, larger first steps of Adam overshoot."""


def squares(size: int) -> tuple[np.ndarray, np.ndarray]:
    """(BATCH, S, S) uint8 with a bright half, and which half it is."""
    rng = np.random.default_rng(SEED)
    grey = rng.integers(0, 90, (BATCH, size, size)).astype(np.uint8)
    sides = np.arange(BATCH) % 2
    for one, side in zip(grey, sides, strict=True):
        half = slice(size // 2, None) if side else slice(0, size // 2)
        one[:, half] += 140
    return grey, sides


def fit(model: keras.Model, grey: np.ndarray, sides: np.ndarray) -> list[float]:
    """The loss before each step and after the last, in training mode."""
    optimizer = keras.optimizers.Adam(RATES.get(model.name, 3e-4))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    pictures, losses = tf.constant(grey[..., None], tf.float32), []
    for _ in range(STEPS):
        with tf.GradientTape() as tape:
            value = loss(sides, model(pictures, training=True))
        losses.append(float(value))
        optimizer.apply(tape.gradient(value, model.trainable_weights), model.trainable_weights)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0  # a few steps don't settle statistics; the last pass does
    return [*losses, float(loss(sides, model(pictures, training=True)))]


def learning(model: keras.Model) -> dict[str, int]:
    """How many numbers learn under each choice, one after the other on the same model."""
    blocks = len(build.block_names(model))
    choices = (("none", 1), ("top", 1), ("top", 2), ("top", blocks), ("top", 1000), ("all", 1), ("none", 3))
    found = {}
    for number, (what, count) in enumerate(choices):
        build.unfreeze(model, what, count)
        found[f"{number} {what} {count if count != blocks else 'blocks'}"] = sum(
            int(np.prod(weight.shape)) for weight in model.trainable_weights
        )
    return found


def answers(model: keras.Model, grey: np.ndarray) -> dict[str, np.ndarray]:
    """Feature maps, logits, and Grad-CAM of both classes by gradient, not normalised."""
    both = keras.Model(model.input, [model.get_layer(build.LAYER).output, model.output])
    with tf.GradientTape(persistent=True) as tape:
        features, logits = both(tf.constant(grey[..., None], tf.float32), training=False)
        scores = tf.unstack(logits, axis=1)
    maps = []
    for score in scores:
        weights = tf.reduce_mean(tape.gradient(score, features), axis=(1, 2), keepdims=True)
        maps.append(tf.nn.relu(tf.reduce_sum(weights * features, axis=-1)))
    return {"features": features.numpy(), "logits": logits.numpy(), "maps": np.stack(maps, axis=1)}


def make(name: str, folder: Path) -> None:
    row = TABLE[name]
    keras.utils.set_random_seed(SEED)
    model = build.build(name, row.least_size, 2)
    # statistics of a few pictures make a random network amplify the last digits: real weights where there are
    shipped = settings().shipped_bundle
    build.start(model, "studio" if load(shipped).card.backbone == name else "none", shipped)
    told = {
        "nested": [layer.name for layer in model.layers if isinstance(layer, keras.Model)],
        "bare": [one.name for one in model.operations if not isinstance(one, keras.layers.Layer)],
        "names": [layer.name for layer in model.layers],
        "blocks": build.block_names(model),
        "parameters": sum(layer.count_params() for layer in model.layers[2:-1]),
        "learning": learning(model),
    }
    build.unfreeze(model, "all")
    grey, sides = squares(row.least_size)
    told["losses"] = fit(model, grey, sides)
    export.save(model, folder / KERAS)
    (folder / LITERT).write_bytes(export.export(model, build.LAYER))
    np.savez(folder / "answers.npz", squares=grey, **answers(model, grey))
    (folder / "told.json").write_text(json.dumps(told))


def main(place: Path, names: list[str]) -> None:
    for name in names:
        (place / name).mkdir()
        make(name, place / name)
        keras.backend.clear_session()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
