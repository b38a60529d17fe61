"""The trainer: learning from features computed once, and how well tf.data feeds a backbone that learns.

The rival of the first is plain Keras: `model.fit` over the whole network with its backbone frozen.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from benchmarks import measure
from core.config.params import Params
from core.config.settings import settings
from core.imaging.preprocess import PreprocessSpec, equalise
from core.models import build
from core.training.history import TUNING, Epoch
from core.training.inputs.features import Extractor, pooled_network
from core.training.loop.draws import Draw, draw
from core.training.loop.train import Samples, train
from core.training.loop.tuning_stage import TuningStage, changed

EPOCHS, CLASSES, FROZEN_PX, TUNED_PX = 10, 3, 224, 160
SLICES = {"mobilenet_v2": (160, 32), "vgg16": (12, 6)}
"""Learnt from and validated with."""
TUNED, ROUNDS = 192, 9
TIMES, FED, SAME = 10.0, 0.9, 0.05


Clock = tuple[float, float]


class Silent:
    """Is told and says nothing."""

    def batch(self, epoch: int, share: float, images_per_s: float) -> None:
        """Nothing."""

    def epoch(self, epoch: Epoch) -> None:
        """Nothing."""


def recipe(name: str, size: int, **training: Any) -> Params:
    """Adam, a constant rate, no changed copies: what plain Keras does too."""
    plain = {"optimizer": "adam", "schedule": "constant", "balance": "none", "clip_norm": 0, "patience": 0}
    fields = {"epochs": EPOCHS, "learning_rate": 3e-3, **plain, **training}
    model = {"backbone": name, "size": size}
    return Params.model_validate({"model": model, "augmentation": {"copies": 0}, "training": fields})


def network(name: str, size: int) -> Any:
    """MobileNetV2 as shipped; others as they are built, which is as fast."""
    keras.utils.set_random_seed(0)
    model = build.build(name, size, CLASSES)
    if name == "mobilenet_v2":
        build.start(model, "studio", settings().shipped_bundle)
    return model


def samples(count: int, seed: int, size: int) -> Samples:
    """Grain, a bright square in it, or stripes."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % CLASSES
    squares = rng.integers(0, 60, (count, size, size)).astype(np.uint8)
    squares[labels == 1, size // 4 : size // 2, size // 4 : size // 2] += 150
    squares[labels == 2, ::4] += 150
    digests = [f"{seed:032x}{at:032x}" for at in range(count)]
    return Samples(labels, [], squares, digests, PreprocessSpec(size=size))


def with_features(given: Samples, network_: bytes) -> Samples:
    """Computed as a training computes them."""
    extractor = Extractor(network_, "", given.spec, 0, settings())
    pooled = extractor.squares(equalise(one, given.spec) for one in given.shown())
    return Samples(given.labels, [pooled], None, given.digests, given.spec)


def pictures(given: Samples) -> Any:
    """(N, S, S, 1) float32 in memory."""
    return np.stack([equalise(one, given.spec) for one in given.shown()])[..., None].astype(np.float32)


def plain_keras(model: Any, learn: Samples, validate: Samples) -> tuple[float, float]:
    """Seconds and the last epoch's accuracy on the validation."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(3e-3), loss=loss, metrics=["accuracy"])
    inputs, held = pictures(learn), (pictures(validate), validate.labels)
    start = perf_counter()
    done = model.fit(inputs, learn.labels, batch_size=32, epochs=EPOCHS, validation_data=held, verbose=0)
    return perf_counter() - start, float(done.history["val_accuracy"][-1])


def frozen(name: str) -> dict[str, Any]:
    """Ten epochs of the head alone, both ways."""
    many, few = SLICES[name]
    learn, validate = samples(many, 1, FROZEN_PX), samples(few, 2, FROZEN_PX)
    model = network(name, FROZEN_PX)
    start = perf_counter()
    converted = pooled_network(model)
    conversion = perf_counter() - start
    start = perf_counter()
    ready = [with_features(one, converted) for one in (learn, validate)]
    computed = perf_counter() - start
    with tempfile.TemporaryDirectory() as place:
        start = perf_counter()
        found = train(model, *ready, recipe(name, FROZEN_PX), Path(place), Silent())
        head = perf_counter() - start
    seconds, accuracy = plain_keras(network(name, FROZEN_PX), learn, validate)
    figures = {
        "slices": many + few, "conversion_s": conversion, "features_s": computed, "head_s": head,
        "keras_s": seconds, "times": seconds / head, "times_with_features": seconds / (computed + head),
        "times_with_features_and_conversion": seconds / (conversion + computed + head),
        "accuracy": found.history[-1].metrics["val_accuracy"], "keras_accuracy": accuracy,
        "head_images_per_s": max(one.metrics["images_per_s"] for one in found.history),
    }  # fmt: skip
    return {f"{name}_{figure}": value for figure, value in figures.items()}


def fed() -> dict[str, float]:
    """Images a second of a whole network that learns, from tf.data and from memory, turn by turn."""
    params = recipe("mobilenet_v2", TUNED_PX, unfreeze="all", head_epochs=0)
    learn = samples(TUNED, 1, TUNED_PX)
    stage = TuningStage(network("mobilenet_v2", TUNED_PX), learn, learn, params)
    rates = np.full(-(-TUNED // params.training.batch), 1e-5, np.float32)
    drawn = [draw(learn, params.training, TUNING, epoch) for epoch in range(1, ROUNDS + 2)]
    # the first one builds the graph
    turns = [_turns(stage, learn, rates, one, params) for one in drawn][1:]
    ratios = [[memory[at] / through[at] for memory, through in turns] for at in (0, 1)]
    pace = [TUNED / measure.median([turn[way][0] for turn in turns]) for way in (0, 1)]
    return {
        "tuning_images_per_s": pace[1], "tuning_from_memory_images_per_s": pace[0],
        "tuning_fed": measure.median(ratios[0]), "tuning_fed_by_processor_time": measure.median(ratios[1]),
    }  # fmt: skip


def _turns(stage: TuningStage, learn: Samples, rates: Any, drawn: Draw, params: Params) -> list[Clock]:
    """An epoch from memory, and the same one through tf.data."""
    make, batch = changed(learn, drawn, params.augmentation, 0), params.training.batch
    whole = np.stack([make(at) for at in range(TUNED)])[..., None]
    batches = [whole[at : at + batch] for at in range(0, TUNED, batch)]
    ways = [
        lambda: stage.take(drawn, rates, batches, lambda _: None),
        lambda: stage.learn(drawn, rates, lambda _: None),
    ]
    # each goes first as often: what the machine does meanwhile shall favour neither
    order = (0, 1) if drawn.epoch % 2 else (1, 0)
    found = {at: clocked(ways[at]) for at in order}
    return [found[0], found[1]]


def clocked(work: Callable[[], Any]) -> Clock:
    """Seconds that passed, and seconds of all cores: neighbours move the first alone."""
    start, busy = perf_counter(), process_time()
    work()
    return perf_counter() - start, process_time() - busy


def main() -> None:
    """Measure and print."""
    found: dict[str, Any] = fed()
    for name in SLICES:
        found |= frozen(name)
    met = found["tuning_fed"] >= FED and all(
        found[f"{name}_times"] >= TIMES
        and abs(found[f"{name}_accuracy"] - found[f"{name}_keras_accuracy"]) <= SAME
        for name in SLICES
    )
    measure.row("trainer", **found, times_at_least=TIMES, fed_at_least=FED, met=met)


if __name__ == "__main__":
    main()
