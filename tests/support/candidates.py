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


def blob(seed: int) -> np.ndarray:
    """(64, 64) uint8: a disc on dark ground, which the tiny bundle calls now this and now that."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:64, :64]
    y, x, radius = rng.uniform(16, 48), rng.uniform(16, 48), rng.uniform(4, 24)
    disc = np.hypot(rows - y, columns - x) < radius
    noisy = rng.uniform(10, 60) + rng.uniform(60, 190) * disc + rng.normal(0, 12, (64, 64))
    return np.clip(noisy, 0, 255).astype(np.uint8)


def write(settings: Settings, tiny: Path, name: str = DATASET, blocks: int = BLOCKS) -> list[Row]:
    """A split set of pictures, each labelled as the tiny bundle answers it.

    Returns:
        Its manifest; blocks are b0 and on, each with two slices of one class and two of another.
    """
    folder, rows = settings.var / "data" / name, []
    pools = _by_answer(tiny, blocks * SLICES // 2)
    for number in range(blocks * SLICES):
        label, data = pools[number % 2].pop()
        path, block = f"slices/source/{label}/{number}.png", number // SLICES
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        rows.append(Row(path, label, digest, 64, 64, f"s{number}", f"b{block}", split=str(block % 5)))
    manifest.write(folder, rows)
    return rows


def _by_answer(tiny: Path, each: int) -> list[list[tuple[str, bytes]]]:
    """Two lists of pictures, with what the tiny bundle says of each: one class a list."""
    predictor = Predictor(load(tiny), threads=1, interpreters=1)
    found: dict[str, list[tuple[str, bytes]]] = {}
    for seed in range(1_000):
        data = png(blob(seed))
        answer = predictor.predict(decode(data, "slice.png", Limits())[0])
        label = answer.labels[int(np.argmax(answer.probabilities))]
        found.setdefault(label, []).append((label, data))
        full = [several for several in found.values() if len(several) >= each]
        if len(full) >= 2:
            return full[:2]
    raise AssertionError("the tiny bundle gives one answer to all")
