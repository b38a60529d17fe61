"""Pooled features of slices, computed once: a head then trains in seconds.

They come from the network's LiteRT export, several times faster on a CPU than Keras and the same
arithmetic that answers later. They are kept by everything that they depend on (`core.training.inputs.cache`).
"""

import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config.params import Augmentation
from core.config.settings import Settings
from core.data.manifest import Row
from core.imaging.preprocess import PreprocessSpec, equalise, prepare
from core.jobs.reporter import Progress
from core.models import backbones, build, export, litert, networks
from core.training.inputs import augment, cache, chunks, variants
from core.training.inputs import squares as framed
from core.training.inputs.variants import PLAIN

Floats = NDArray[np.float32]
Square = NDArray[np.uint8]
Source = Callable[[int], Square]
_CODE = (*framed.READING, framed, augment, variants, backbones, networks, build, export, litert)
"""The code from a file to a feature, beside this."""


@dataclass(frozen=True, slots=True)
class Extractor:
    """Turns slices into features.

    Attributes:
        network: A .tflite file's bytes, from `pooled_network`.
        identity: What stands for the network in the cache: a digest of its weights.
        spec: The model's preprocessing.
        seed: Of the copies' random draws.
        settings: Where features are kept, and how many threads may work.
    """

    network: bytes
    identity: str
    spec: PreprocessSpec
    seed: int
    settings: Settings

    def copies(
        self,
        data: Path,
        rows: Sequence[Row],
        number: int,
        augmentation: Augmentation,
        progress: Progress,
    ) -> Floats:
        """Pooled features of a data set's slices, or of changed copies of them.

        Slices are decoded once for all copies (`core.training.inputs.squares`). What was computed before a
        kill is taken up again.

        Args:
            data: The data set's folder.
            rows: Which slices, at least one.
            number: 0 for the slices as they are, k for the k-th changed copy of each.
            augmentation: How copies are changed.
            progress: Told how far it is, with images/s and the time left, and the share done.

        Returns:
            (N, C) float32.

        Raises:
            DataError: A slice is gone or is not the one that was ingested.
            InputError: A slice can't be decoded.
            StorageError: The disk is full or can't be written to.
        """
        plain = number == 0 or augment.idle(augmentation)
        strengths = augmentation.model_dump(exclude={"copies"})
        which = [PLAIN] if plain else ["copy", number, strengths, self.seed]
        said = "features" if number == 0 else f"features of copy {number}"

        def source() -> Source:
            squares = framed.one_by_one(data, rows, self.spec, self.settings, progress)

            def square(at: int) -> Square:
                if plain:
                    return equalise(squares(at), self.spec)
                rng = augment.generator(self.seed, rows[at].sha256, number)
                return equalise(augment.change(squares(at), augmentation, rng), self.spec)

            return square

        return self._kept(data, rows, which, source, lambda words, share: progress(f"{said}: {words}", share))

    def features(
        self,
        data: Path,
        rows: Sequence[Row],
        variant: str = PLAIN,
        progress: Callable[[float], None] | None = None,
    ) -> Floats:
        """Pooled features of a data set's slices, each changed before it is cut to the body.

        Args:
            data: The data set's folder.
            rows: Which slices, at least one.
            variant: ``"plain"`` or a changed copy (`core.training.inputs.variants`).
            progress: Told the share done.

        Returns:
            (N, C) float32.

        Raises:
            StudioError: As `copies`.
        """
        which = [PLAIN] if variant == PLAIN else ["variant", variant, self.seed]

        def source() -> Source:
            return lambda at: self._prepared(data, rows[at], variant)

        return self._kept(data, rows, which, source, lambda _, share: progress(share) if progress else None)

    def examples(self, data: Path, rows: Sequence[Row], count: int = 8) -> NDArray[np.uint8]:
        """(count, S, S) prepared slices, taken evenly."""
        chosen = rows[:: max(1, len(rows) // count)][:count]
        return np.stack([self._prepared(data, row, PLAIN) for row in chosen])

    def squares(self, squares: Iterable[Square]) -> Floats:
        """Pooled features of prepared pictures, not kept: (S, S) uint8 each, to (N, C)."""
        with ThreadPoolExecutor(self.settings.threads) as workers:
            return np.stack(list(workers.map(_in_each_thread(self.network), squares)))

    def _kept(
        self,
        data: Path,
        rows: Sequence[Row],
        which: Sequence[Any],
        source: Callable[[], Source],
        tell: Progress,
    ) -> Floats:
        """Features of prepared squares, whose source is only asked for where they are computed."""
        code = cache.code((*_CODE, sys.modules[__name__]))
        key = cache.key([code, self.identity, self.spec.model_dump(), cache.of_rows(rows), *which])
        path = cache.place(data.name, self.settings) / f"features-{key}.npy"
        found, forward = lru_cache(maxsize=1)(source), _in_each_thread(self.network)
        if not path.is_file():
            cache.tidy(self.settings, data.name)
            found()
        with ThreadPoolExecutor(self.settings.threads) as workers:
            make = partial(workers.map, lambda at: forward(found()(at)))
            return np.array(chunks.array(path, len(rows), make, tell, "images"), np.float32)

    def _prepared(self, data: Path, row: Row, variant: str) -> Square:
        grey = framed.grey(data, row, self.spec, self.settings.limits)
        return prepare(variants.make(variant, grey, row.sha256, self.seed), self.spec)[0]


def pooled_network(model: Any) -> bytes:
    """A network from grey square to pooled features, converted to LiteRT.

    Args:
        model: From `core.models.build.build`.
    """
    import keras

    return export.convert(keras.Model(model.inputs, model.get_layer("pooled").output))


def _in_each_thread(network: bytes) -> Callable[[Square], Floats]:
    """A forward pass with an interpreter of each thread's own: faster than more threads in one."""
    local = threading.local()

    def forward(square: Square) -> Floats:
        if not hasattr(local, "run"):
            local.run = litert.forward(network)
        pooled: Floats = local.run(square)[0]
        return pooled

    return forward
