"""Writes a bundle beside its place, checks it, and only then puts it there."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.models import build, export
from core.models.bundle import KERAS, LITERT, REFERENCE, Bundle, Card, load, write_card
from core.models.reference import Reference
from core.storage import put
from core.training.head import Head


def seal(
    out: Path,
    card: Card,
    model: Any,
    known: Reference,
    head: Head,
    seen: Sequence[str],
    squares: NDArray[np.uint8],
) -> Bundle:
    """Write a bundle; what was at its place stays whole until the new one is.

    Args:
        out: The bundle's folder.
        card: All but the digests.
        model: The Keras model with its head.
        known: Feature statistics.
        head: The head's weights.
        seen: SHA-256 (hex) of the files it was trained on.
        squares: (N, S, S) uint8 on which the export is held against the model.

    Raises:
        BundleError: The export differs from the model.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as made:
        work = Path(made) / "new"
        work.mkdir()
        export.save(model, work / KERAS)
        (work / LITERT).write_bytes(export.export(model, build.LAYER))
        known.save(work / REFERENCE, head.kernel, head.bias, seen)
        export.check(model, work, squares)
        write_card(work, card)
        put(work, out)
    return load(out)
