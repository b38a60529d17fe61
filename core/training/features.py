"""Pooled features of slices, computed once: a head then trains in seconds.

They come from the network's LiteRT export, several times faster on a CPU than Keras and the same
arithmetic that answers later. A cache keeps them by everything that they depend on.
"""

import hashlib
import inspect
import json
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config.settings import Settings
from core.data import pictures
from core.data.manifest import Row
from core.imaging import body, decode, dicom, dicom_values, picture, preprocess, window
from core.imaging.preprocess import PreprocessSpec, prepare
from core.models import backbones, export
from core.training import variants
from core.training.variants import PLAIN

Floats = NDArray[np.float32]
CHUNK = 256


@dataclass(frozen=True, slots=True)
class Extractor:
    """Turns slices into features.

    Attributes:
        network: A .tflite file's bytes, from `pooled_network`.
        identity: What stands for the network in the cache: a digest of its weights.
        spec: The model's preprocessing.
        seed: Of the variants' random draws.
        settings: Where the cache lies, and how many threads may work.
    """

    network: bytes
    identity: str
    spec: PreprocessSpec
    seed: int
    settings: Settings

    def features(
        self,
        data: Path,
        rows: Sequence[Row],
        variant: str = PLAIN,
        progress: Callable[[float], None] | None = None,
    ) -> Floats:
        """Pooled features of a data set's slices.

        Args:
            data: The data set's folder.
            rows: Which slices.
            variant: ``"plain"`` or a changed copy (`core.training.variants`).
            progress: Told the share done.

        Returns:
            (N, C) float32.
        """
        kept = self.settings.var / "features" / data.name / f"{self._key(rows, variant)}.npy"
        if kept.is_file():
            return np.asarray(np.load(kept), np.float32)
        found = self._compute(data, rows, variant, progress or (lambda _share: None))
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=kept.parent) as made:
            part = Path(made) / kept.name
            np.save(part, found)
            part.replace(kept)
        return found

    def examples(self, data: Path, rows: Sequence[Row], count: int = 8) -> NDArray[np.uint8]:
        """(count, S, S) prepared slices, taken evenly."""
        chosen = rows[:: max(1, len(rows) // count)][:count]
        return np.stack([self._square(data, row, PLAIN) for row in chosen])

    def squares(self, squares: Iterable[NDArray[np.uint8]]) -> Floats:
        """Pooled features of prepared pictures, not cached: (S, S) uint8 each, to (N, C)."""
        local = threading.local()

        def one(square: NDArray[np.uint8]) -> Floats:
            if not hasattr(local, "forward"):
                local.forward = _forward(self.network)
            pooled: Floats = local.forward(square)
            return pooled

        with ThreadPoolExecutor(self.settings.threads) as workers:
            return np.stack(list(workers.map(one, squares)))

    def _compute(
        self, data: Path, rows: Sequence[Row], variant: str, progress: Callable[[float], None]
    ) -> Floats:
        found = []
        for start in range(0, len(rows), CHUNK):
            found.append(
                self.squares(self._square(data, row, variant) for row in rows[start : start + CHUNK])
            )
            progress(min(1.0, (start + CHUNK) / len(rows)))
        return np.concatenate(found)

    def _square(self, data: Path, row: Row, variant: str) -> NDArray[np.uint8]:
        grey = pictures.grey(data / row.path, self.spec, self.settings.limits)
        return prepare(variants.make(variant, grey, row.sha256, self.seed), self.spec)[0]

    def _key(self, rows: Sequence[Row], variant: str) -> str:
        parts = [
            self.identity,
            _code(),
            self.spec.model_dump_json(),
            hashlib.sha256("".join(row.sha256 for row in rows).encode()).hexdigest(),
            variant,
            self.seed,
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _code() -> str:
    """SHA-256 (hex) of the code from a file to a feature, for the cache to notice a change in it."""
    reading = (decode, dicom, dicom_values, picture, window, pictures)
    modules = (*reading, body, preprocess, variants, backbones)
    files = [Path(inspect.getfile(module)) for module in modules]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def pooled_network(model: Any) -> bytes:
    """A network from grey square to pooled features, converted to LiteRT.

    Args:
        model: From `core.models.build.build`.
    """
    import keras

    return export.convert(keras.Model(model.inputs, model.get_layer("pooled").output))


def _forward(network: bytes) -> Callable[[NDArray[np.uint8]], Floats]:
    """An interpreter of this thread's own, as a function."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=network, num_threads=1)
    interpreter.allocate_tensors()
    inlet = interpreter.get_input_details()[0]["index"]
    outlet = interpreter.get_output_details()[0]["index"]

    def run(square: NDArray[np.uint8]) -> Floats:
        interpreter.set_tensor(inlet, square[None, :, :, None].astype(np.float32))
        interpreter.invoke()
        return np.asarray(interpreter.get_tensor(outlet)[0], np.float32)

    return run
