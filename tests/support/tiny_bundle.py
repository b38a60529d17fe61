"""Makes a small real bundle, in a process of its own: `python -m tests.support.tiny_bundle FOLDER`.

A real Keras model of the contracted shape with random weights, its real LiteRT export, real
feature statistics, and beside the bundle what Keras and tf-keras-vis say about fixed inputs.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from core.imaging.preprocess import PreprocessSpec
from core.models.bundle import KERAS, LITERT, REFERENCE, Card, Thresholds, write_card
from core.models.reference import Reference

SIZE = 64
LAYER = "features"
LABELS = ("Cyst", "Normal", "Stone", "Tumor")


def build() -> keras.Model:
    keras.utils.set_random_seed(7)
    picture = keras.Input((SIZE, SIZE, 1), name="picture")
    x = keras.layers.Conv2D(3, 1, name="grey_to_rgb", trainable=False)(picture)
    x = keras.layers.Rescaling(1 / 64)(x)
    for filters in (8, 16):
        x = keras.layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu")(x)
    x = keras.layers.Conv2D(24, 3, strides=2, padding="same", activation="relu", name=LAYER)(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dropout(0.2)(x)
    logits = keras.layers.Dense(
        len(LABELS), name="logits", kernel_initializer=keras.initializers.RandomNormal(stddev=8.0)
    )(x)
    model = keras.Model(picture, logits)
    # every class gets its turn: the average input speaks for all alike
    average = model.predict(inputs()[..., None].astype(np.float32), verbose=0).mean(axis=0)
    model.get_layer("logits").bias.assign(-average)
    return model


def export(model: keras.Model) -> bytes:
    both = keras.Model(model.inputs, [model.get_layer(LAYER).output, model.output])
    return tf.lite.TFLiteConverter.from_keras_model(both).convert()


def inputs(count: int = 40) -> np.ndarray:
    """(N, S, S) uint8, blobs of all sizes on dark ground."""
    rng = np.random.default_rng(3)
    rows, columns = np.mgrid[:SIZE, :SIZE]
    pictures = []
    for _ in range(count):
        y, x, r = rng.uniform(16, 48), rng.uniform(16, 48), rng.uniform(4, 24)
        blob = np.hypot(rows - y, columns - x) < r
        pictures.append(np.clip(20 + 160 * blob + rng.normal(0, 12, (SIZE, SIZE)), 0, 255))
    return np.stack(pictures).astype(np.uint8)


def gradcams(model: keras.Model, pictures: np.ndarray) -> np.ndarray:
    """(N, K, h, w): tf-keras-vis's Grad-CAM of every class, not normalised and not enlarged."""
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.utils.scores import CategoricalScore

    explainer = Gradcam(model, clone=True)
    maps = [
        explainer(
            CategoricalScore([index] * len(pictures)),
            pictures,
            penultimate_layer=LAYER,
            seek_penultimate_conv_layer=False,
            expand_cam=False,
            normalize_cam=False,
        )
        for index in range(len(LABELS))
    ]
    return np.stack(maps, axis=1)


def main(folder: Path) -> None:
    model = build()
    pictures = inputs()
    batch = pictures[..., None].astype(np.float32)
    features = keras.Model(model.inputs, model.get_layer(LAYER).output).predict(batch, verbose=0)
    folder.mkdir(parents=True)
    model.save(folder / KERAS)
    (folder / LITERT).write_bytes(export(model))
    kernel, bias = (w.numpy() for w in model.get_layer("logits").weights)
    Reference.fit(features.mean(axis=(1, 2)), dimensions=8).save(folder / REFERENCE, kernel, bias, [])
    write_card(
        folder,
        Card(
            name="tiny",
            version="0",
            created="2024-01-01T00:00:00+00:00",
            labels=LABELS,
            preprocess=PreprocessSpec(size=SIZE, crop_body=True, clahe_clip=0.0),
            backbone="tiny",
            layer=LAYER,
            temperature=0.8,
            thresholds=Thresholds(unsure=0.3, distance=1e6),
            metrics={},
            data={},
            code_revision="test",
            files={},
        ),
    )
    np.savez(
        folder.parent / "expected.npz",
        pictures=pictures,
        logits=model.predict(batch, verbose=0),
        features=features,
        gradcam=gradcams(model, batch[:4]),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
