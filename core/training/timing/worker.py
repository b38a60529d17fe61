"""The process that measures how fast this machine trains a recipe's network, on real slices."""

import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.config.params import Params, faults
from core.config.settings import Settings, settings
from core.data import manifest, sets
from core.data.manifest import Row
from core.errors import InputError
from core.imaging.preprocess import PreprocessSpec, equalise
from core.jobs.reporter import Reporter, run
from core.training import selection
from core.training.history import TUNING, Epoch
from core.training.timing import pace
from core.training.timing.pace import Figures

_READ = 48
"""Slices that are read."""
_SECONDS = 5.0
"""That the frozen network runs for."""
_FEATURES, _SQUARES = 2000, 32
"""From how many the head and the backbone learn in an epoch."""
_EPOCHS = 3
"""Of each stage: the first one compiles, the last one counts."""


class Request(BaseModel):
    """What is to be measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str = Field(description="a data set that was ingested and split")
    params: Params = Field(default_factory=Params, description="whose network is meant")


@dataclass(slots=True)
class _Watch:
    """Keeps the epochs of `core.training.loop.train`."""

    epochs: list[Epoch] = field(default_factory=list)

    def batch(self, epoch: int, share: float, images_per_s: float) -> None:
        """Nothing to keep."""

    def epoch(self, epoch: Epoch) -> None:
        self.epochs.append(epoch)


def do(report: Reporter) -> Mapping[str, Any]:
    """Do a job's request; the figures are kept for `core.training.timing.duration.estimate`.

    Raises:
        InputError: The request asks for what there isn't.
        StudioError: The data, the weights or the parameters don't allow it.
    """
    began = time.monotonic()
    # loads the network's code, which a request that can't be done has no use for
    from core.training import starting

    try:
        request = Request.model_validate(report.job.request)
    except ValidationError as error:
        raise InputError(f"This can't be measured: {faults(error)}. Ask again.", "request") from None
    here, params = settings(), request.params
    report("loading the network", 0.0)
    folder = sets.folder(request.dataset, here)
    rows = selection.select(manifest.read(folder), params)
    labels = manifest.classes(rows)
    model = starting.network(params, len(labels), here)
    extractor = starting.extractor(model, params, here)
    found = {"loading": time.monotonic() - began}
    report("reading slices", 0.4)
    some = rows[:: max(1, len(rows) // _READ)][:_READ]
    squares, found["reading"] = _read(folder, some, extractor.spec, here)
    report("running the frozen network", 0.5)
    pooled, found["features"] = _features(extractor, squares)
    tuning: dict[str, float] = {}
    if params.training.fit == "epochs":
        report("training", 0.6)
        numbers = np.array([labels.index(row.label) for row in some], np.intp)
        seen = [row.sha256 for row in some]
        found["head"], found["epoch"] = _head(model, pooled, numbers, params, extractor.spec)
        if params.training.unfreeze != "none":
            report("training blocks of the backbone", 0.7)
            tuning[pace.mode(params)] = _tuning(model, squares, numbers, seen, params, extractor.spec)
    figures = Figures(**found, tuning=tuning)
    pace.learn(here, params.model.backbone, params.model.size, figures)
    return figures.model_dump(exclude_none=True)


def _read(
    folder: Path, rows: Sequence[Row], spec: PreprocessSpec, here: Settings
) -> tuple[NDArray[np.uint8], float]:
    """Framed slices, and how many a second."""
    from core.training.inputs.squares import square

    began = time.monotonic()
    with ThreadPoolExecutor(here.threads) as workers:
        found = list(workers.map(lambda row: square(folder, row, spec, here.limits), rows))
    return np.stack(found), len(rows) / (time.monotonic() - began)


def _features(extractor: Any, squares: NDArray[np.uint8]) -> tuple[NDArray[np.float32], float]:
    """(N, C) features, and how many a second, evening out the contrast included."""
    pooled = extractor.squares(equalise(one, extractor.spec) for one in squares[:2])
    began, done = time.monotonic(), 0
    while time.monotonic() - began < _SECONDS or done < len(squares):
        pooled = extractor.squares(equalise(one, extractor.spec) for one in squares)
        done += len(squares)
    return pooled, done / (time.monotonic() - began)


def _head(
    model: Any, pooled: NDArray[np.float32], labels: NDArray[np.intp], params: Params, spec: PreprocessSpec
) -> tuple[float, float]:
    """Features that the head learns from, a second; and an epoch's own seconds."""
    from core.training.loop.samples import Samples

    at = np.arange(_FEATURES) % len(pooled)
    many = Samples(labels[at], [pooled[at]], None, [str(one) for one in range(_FEATURES)], spec)
    few = Samples(labels, [pooled], None, [str(one) for one in range(len(labels))], spec)
    last = _trained(model, many, few, params, {"unfreeze": "none"})
    rate = last.metrics["images_per_s"]
    return rate, max(0.0, last.seconds - _FEATURES / rate)


def _tuning(
    model: Any, squares: NDArray[np.uint8], labels: NDArray[np.intp], digests: Sequence[str], params: Params,
    spec: PreprocessSpec,
) -> float:  # fmt: skip
    """Squares that the backbone learns from, a second."""
    from core.training.loop.samples import Samples

    def some(count: int) -> Samples:
        return Samples(labels[:count], [], squares[:count], digests[:count], spec)

    batch = min(params.training.batch, _SQUARES // 2)
    last = _trained(model, some(_SQUARES), some(4), params, {"head_epochs": 0, "batch": batch})
    assert last.stage == TUNING
    return last.metrics["images_per_s"]


def _trained(model: Any, learn: Any, validate: Any, params: Params, changes: Mapping[str, Any]) -> Epoch:
    """The last of some epochs."""
    from core.training.loop.train import train

    usual = {"epochs": _EPOCHS, "patience": 0, "schedule": "constant", "balance": "none"}
    training = params.training.model_copy(update={**usual, **changes})
    watch = _Watch()
    with tempfile.TemporaryDirectory() as place:
        train(model, learn, validate, params.model_copy(update={"training": training}), Path(place), watch)
    return watch.epochs[-1]


if __name__ == "__main__":
    # TensorFlow's own log says nothing that a person could act on
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.exit(run(sys.argv[1:], do))
