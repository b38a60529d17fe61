"""What each backbone costs here: a forward pass, its size, and images a second frozen and tuned.

`python -m benchmarks.backbones [NAME...]` prints a table, then the same as JSON; each row is measured in a
process of its own.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks import measure
from core.config.settings import ROOT
from core.models.backbones import TABLE

SIZE, BATCH, CLASSES = 224, 16, 4
PASSES, SECONDS = 8, 4.0
HEADS = (
    "backbone", "million weights", "one thread, ms", "two threads, ms", "bundle, MB", "frozen, images/s",
    "tuned, images/s",
)  # fmt: skip


def measured(name: str) -> dict[str, float]:
    """One row's figures. TensorFlow is imported here: the parent keeps both cores free."""
    from concurrent.futures import ThreadPoolExecutor

    from core.models import build, export, litert
    from core.models.bundle import KERAS, LITERT

    model = build.build(name, SIZE, CLASSES)
    build.start(model, "none", Path())
    with tempfile.TemporaryDirectory() as place:
        export.save(model, Path(place) / KERAS)
        (Path(place) / LITERT).write_bytes(export.export(model, build.LAYER))
        content = (Path(place) / LITERT).read_bytes()
        size = sum(file.stat().st_size for file in Path(place).iterdir()) / 1e6
    square = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE)).astype(np.uint8)

    def of(threads: int) -> float:
        forward = litert.runner(content, threads)
        forward(square)
        return measure.median([measure.milliseconds(lambda: forward(square)) for _ in range(PASSES)])

    two = [litert.runner(content), litert.runner(content)]
    with ThreadPoolExecutor(2) as workers:
        began = perf_counter()
        for _ in range(PASSES):
            list(workers.map(lambda forward: forward(square), two))
        frozen = 2 * PASSES / (perf_counter() - began)
    return {
        "parameters": sum(layer.count_params() for layer in model.layers[2:-1]) / 1e6,
        "one": of(1),
        "two": of(2),
        "bundle": size,
        "frozen": frozen,
        "tuned": _tuned(model),
    }


def _tuned(model: Any) -> float:
    """Images a second with everything learning, the first step, which compiles, left out."""
    import keras

    from core.models import build

    build.unfreeze(model, "all")
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=False)
    rng = np.random.default_rng(0)
    pictures = rng.uniform(0, 255, (BATCH, SIZE, SIZE, 1)).astype(np.float32)
    labels = rng.integers(0, CLASSES, BATCH)
    model.train_on_batch(pictures, labels)
    began, steps = perf_counter(), 0
    while steps == 0 or perf_counter() - began < SECONDS:
        model.train_on_batch(pictures, labels)
        steps += 1
    return steps * BATCH / (perf_counter() - began)


def alone(name: str) -> dict[str, float]:
    """`measured` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.backbones", "--row", name]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--row"]:
        print(json.dumps(measured(sys.argv[2])))
        return
    table = []
    print(f"| {' | '.join(HEADS)} |\n|{'---|' * len(HEADS)}", flush=True)
    for name in sys.argv[1:] or TABLE:
        figures = [float(f"{value:.3g}") for value in alone(name).values()]
        table.append(dict(zip(HEADS, [TABLE[name].title, *figures], strict=True)))
        print(f"| {' | '.join(map(str, table[-1].values()))} |", flush=True)
    measure.row("backbones", input_px=SIZE, tuned_in_batches_of=BATCH, table=table)


if __name__ == "__main__":
    main()
