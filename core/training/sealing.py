"""Writes a bundle beside its place, checks it, and only then puts it there."""

import glob
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BundleError
from core.jobs import process
from core.models import build, export, neighbours
from core.models.bundle import KERAS, LITERT, REFERENCE, Bundle, Card, load, write_card
from core.models.neighbours import Neighbour
from core.models.reference import Reference
from core.storage import put, writing
from core.training import places
from core.training.regression.head import Head


def seal(
    out: Path,
    card: Card,
    model: Any,
    known: Reference,
    head: Head,
    seen: Sequence[str],
    squares: NDArray[np.uint8],
    learnt: Sequence[Neighbour] = (),
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
        learnt: The slices that ``known`` was fitted to, in that order; where there are none, the bundle
            doesn't say which slices its neighbours are.

    Raises:
        BundleError: The export differs from the model, or something else than a bundle is at its place.
        StorageError: The disk is full or can't be written to.
    """
    reasons = places.refusals(out)
    if reasons:
        raise BundleError(" ".join(reasons), "place-taken")
    exported = export.export(model, build.LAYER)
    with writing(out.parent):
        out.parent.mkdir(parents=True, exist_ok=True)
        _sweep(out)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}-{os.getpid()}-", dir=out.parent) as made:
            work = Path(made) / "new"
            work.mkdir()
            export.save(model, work / KERAS)
            (work / LITERT).write_bytes(exported)
            known.save(work / REFERENCE, head.kernel, head.bias, seen)
            if learnt:
                neighbours.save(work, learnt)
            export.check(model, work, squares)
            write_card(work, card)
            put(work, out)
    return load(out)


def _sweep(out: Path) -> None:
    """Delete what killed processes left where they wrote this bundle."""
    for left in out.parent.glob(f".{glob.escape(out.name)}-*-*"):
        pid = left.name.removeprefix(f".{out.name}-").partition("-")[0]
        if pid.isdecimal() and process.look(int(pid)) is None:
            shutil.rmtree(left, ignore_errors=True)
