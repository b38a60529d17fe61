"""Training on any data set, and measuring a model on one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config.params import Params
from core.config.settings import Settings
from core.data import ingest, manifest, pictures
from core.data.ingest import Progress
from core.data.manifest import Row
from core.errors import DataError
from core.evaluation import report
from core.evaluation.calibration import softmax
from core.imaging.preprocess import prepare
from core.models import export
from core.models.bundle import LITERT, Bundle, Card
from core.training import recipe


def train(dataset: str, params: Params, settings: Settings, progress: Progress) -> Bundle:
    """Fit a head on a data set that was ingested.

    Args:
        dataset: Its name.
        params: The recipe.
        settings: Where data sets and models lie.
        progress: Told what is being done and how far it is.

    Returns:
        The bundle, in ``var/models/<dataset>-<time>``.

    Raises:
        StudioError: The data, the weights or the parameters don't allow it.
    """
    version = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    data = ingest.folder(dataset, settings)
    out = settings.var / "models" / f"{dataset}-{version}"
    return recipe.run(recipe.Job(dataset, version, data, out), params, settings, progress)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a model does on a data set.

    Attributes:
        dataset: The data set's name.
        seen: True where these very slices were trained on: the figures then flatter, and the
            bundle's own ``grouped_cv`` are the honest ones.
        figures: As `core.evaluation.report` documents a split.
        sentence: What the figures are of, for a person.
    """

    dataset: str
    seen: bool
    figures: dict[str, Any]
    sentence: str


def evaluate(dataset: str, bundle: Bundle, settings: Settings, progress: Progress) -> Evaluation:
    """Answer a data set's slices with a bundle; those held out of its training, where it was that set.

    Args:
        dataset: The data set's name.
        bundle: The model.
        settings: Where data sets lie.
        progress: Told what is being done and how far it is.

    Raises:
        DataError: There is no such data set, or its classes are none that the model knows.
    """
    data = ingest.folder(dataset, settings)
    everything = manifest.read(data)
    rows, seen = _unseen(everything, bundle.card)
    logits = _logits(bundle, data, rows, settings, progress)
    truth = np.array([bundle.card.labels.index(row.label) for row in rows], np.intp)
    figures = report.split_figures(
        bundle.card.labels,
        truth,
        softmax(logits, bundle.card.temperature),
        logits,
        [row.group for row in rows],
        folds=1,
        leaks=seen,
    )
    what = "slices it was trained on; see grouped_cv" if seen else "slices of patients it never saw"
    return Evaluation(dataset, seen, figures, f"{len(rows):,} {what}.")


def _unseen(rows: Sequence[Row], card: Card) -> tuple[list[Row], bool]:
    """The slices to answer, and whether the model was trained on them."""
    strange = set(manifest.classes(rows)) - set(card.labels)
    if strange:
        raise DataError(
            f"{', '.join(sorted(strange))}: the model doesn't know these classes, only "
            f"{', '.join(card.labels)}. Choose another model or data set.",
            "other-classes",
        )
    if card.data.get("manifest") != manifest.digest(rows):
        return list(rows), False
    apart = set(card.data.get("held_out") or ())
    return [row for row in rows if row.group in apart] or list(rows), not apart


def _logits(
    bundle: Bundle, data: Path, rows: Sequence[Row], settings: Settings, progress: Progress
) -> NDArray[np.float32]:
    """(N, K) by the bundle's export."""
    forward = export.runner((bundle.path / LITERT).read_bytes(), settings.threads)
    spec = bundle.card.preprocess
    found = []
    for number, row in enumerate(rows):
        square, _ = prepare(pictures.grey(data / row.path, spec, settings.limits), spec)
        found.append(forward(square)[1])
        if number % 50 == 0:
            progress(f"answering {len(rows):,} slices", number / len(rows))
    return np.stack(found)
