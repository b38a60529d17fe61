"""Bundles made from the tiny one, better or worse by design, and a set that it answers rightly throughout."""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.config.settings import ROOT, Limits, Settings
from core.data import manifest
from core.data.manifest import Row
from core.imaging.decode import decode
from core.inference.predictor import Predictor
from core.models.bundle import REFERENCE, Bundle, load, write_card
from tests.support.scans import png
from tests.support.sets import picture

DATASET = "mine"
BLOCKS, SLICES = 8, 4
GROUPED = {
    "grouped_test": {
        "macro_f1": {"value": 0.7, "low": 0.6, "high": 0.8}, "slices": 32, "groups": 8, "leaks": False,
    }
}  # fmt: skip


def variant(tiny: Path, place: Path, seen: Sequence[str] = (), **card: Any) -> Path:
    """The tiny bundle with another card, sealed again.

    Args:
        tiny: The bundle.
        place: Where the copy goes.
        seen: SHA-256 of slices that it shall have learnt from.
        card: What its card says otherwise.
    """
    shutil.copytree(tiny, place)
    with np.load(place / REFERENCE) as arrays:
        kept = dict(arrays)
    kept["seen"] = np.array(sorted(int(one[:16], 16) for one in seen), np.uint64)
    np.savez(place / REFERENCE, **kept)
    told = {"data": {"name": DATASET}, "metrics": GROUPED, **card}
    write_card(place, load(tiny).card.model_copy(update=told))
    return place


def assets(place: Path, model: Path | None = None) -> Path:
    """An assets folder with two of the samples and, if named, a shipped model."""
    (place / "samples").mkdir(parents=True)
    for name in ("synthetic-cyst-104.png", "synthetic-stone-102.png"):
        (place / "samples" / name).symlink_to(ROOT / "assets" / "samples" / name)
    if model:
        (place / "model").symlink_to(model)
    return place


def turned(bundle: Bundle) -> tuple[str, ...]:
    """Its labels in an order that makes every answer wrong."""
    labels = bundle.card.labels
    return (*labels[1:], labels[0])


def write(settings: Settings, tiny: Path, name: str = DATASET, blocks: int = BLOCKS) -> list[Row]:
    """A split set of pictures, each labelled as the tiny bundle answers it.

    Returns:
        Its manifest; blocks are b0 and on, with four slices each.
    """
    predictor = Predictor(load(tiny), threads=1, interpreters=1)
    folder = settings.var / "data" / name
    rows = []
    for number in range(blocks * SLICES):
        data = png(picture(7000 + number))
        answer = predictor.predict(decode(data, "slice.png", Limits())[0])
        label = answer.labels[int(np.argmax(answer.probabilities))]
        path = f"slices/source/{label}/{number}.png"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
        block = number // SLICES
        rows.append(
            Row(
                path,
                label,
                hashlib.sha256(data).hexdigest(),
                128,
                128,
                f"s{number}",
                f"b{block}",
                split=str(block % 5),
            )
        )
    manifest.write(folder, rows)
    return rows
