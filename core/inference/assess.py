"""A model's answers on a data set against its labels, by patient block."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core.config.settings import Settings
from core.data import manifest, pictures
from core.data.manifest import Row
from core.data.sets import folder
from core.errors import DataError
from core.evaluation.report import split_figures
from core.inference import held_out
from core.inference.predictor import Predictor
from core.models.bundle import Bundle


def assess(
    predictor: Predictor, name: str, settings: Settings, progress: Callable[[str, float], None]
) -> dict[str, Any]:
    """Measure a model on a data set.

    Args:
        predictor: The model.
        name: A data set that was ingested.
        settings: Where it lies.
        progress: Told how far it is.

    Returns:
        ``dataset``, ``model``, ``seen`` (True where the model was trained on slices of every patient
        block here, told by the files' digests; else only blocks that it has seen nothing of are asked about),
        ``declined`` (share that gets no label) and figures as in `core.evaluation.report`, taken
        on every slice, declined or not.

    Raises:
        DataError: The data set is missing, or shares no class with the model.
    """
    data, card = folder(name, settings), predictor.bundle.card
    everything = manifest.read(data)
    rows, seen = _chosen(everything, predictor.bundle)
    told = f"answers for {len(rows):,} slices"
    found = []
    for number, row in enumerate(rows):
        found.append(predictor.predict(pictures.scan(data / row.path, settings.limits)))
        if number % 100 == 0:
            progress(told, number / len(rows))
    probabilities = np.array([answer.probabilities for answer in found])
    logits = np.log(np.maximum(probabilities, 1e-12)) * card.temperature
    truth = np.array([card.labels.index(row.label) for row in rows])
    groups = [row.group for row in rows]
    figures = split_figures(card.labels, truth, probabilities, logits, groups, folds=1, leaks=seen)
    return {
        "dataset": name,
        "model": {"name": card.name, "version": card.version, "digest": predictor.bundle.digest},
        "seen": seen,
        "declined": round(float(np.mean([answer.declined for answer in found])), 4),
        **figures,
    }


def _chosen(rows: Sequence[Row], bundle: Bundle) -> tuple[list[Row], bool]:
    """The slices to ask about, and whether the model was trained on any of their patients.

    They are those of patient blocks of which the model has seen no slice, where there are such; else
    all.
    """
    labels = bundle.card.labels
    known = [row for row in rows if row.label in labels]
    if not known:
        raise DataError(
            f"The data set has none of the model's classes ({', '.join(labels)}). Use another one.",
            "no-common-class",
        )
    unseen = set(held_out.apart(rows, [bundle]))
    apart = [row for row in known if row in unseen]
    return held_out.thinned(apart or known), not apart
