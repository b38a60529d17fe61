"""Two models answer the same slices, one after the other on each."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.config.settings import Settings
from core.data import pictures
from core.data.manifest import Row
from core.domain import Prediction, Scan
from core.errors import DataError, InputError
from core.evaluation.answers import Answers
from core.inference.predictor import Predictor
from core.promotion.both import Both
from core.promotion.ground import Ground


def ask(
    ground: Ground,
    champion: Predictor,
    candidate: Predictor,
    settings: Settings,
    tell: Callable[[str, float], None],
) -> Both:
    """Ask both about every slice; files that can't be read any more are passed over.

    Args:
        ground: Which slices.
        champion: What answers now.
        candidate: What shall; of the same classes.
        settings: Limits on what is decoded.
        tell: Told how far it is.

    Raises:
        DataError: No file can be read.
        BundleError: A model gives something that is no number.
    """
    rows, found = [], []
    for number, row in enumerate(ground.rows):
        tell(f"asking both: slice {number + 1:,} of {len(ground.rows):,}", number / len(ground.rows))
        try:
            scan = pictures.scan(ground.folder / row.path, settings.limits)
        except (InputError, OSError):
            continue
        rows.append(row)
        found.append(_both(scan, champion, candidate, turned=number % 2 == 1))
    if not rows:
        raise DataError(
            f"The slices of {ground.dataset} can't be read. Ingest the set again.", "data-damaged"
        )
    first, second = ([one[at] for one in found] for at in (0, 1))
    return Both(
        _answers(champion, first, rows),
        _answers(candidate, second, rows),
        (_labelled(first), _labelled(second)),
    )


def _answers(predictor: Predictor, given: Sequence[Prediction], rows: Sequence[Row]) -> Answers:
    labels = tuple(predictor.labels)
    return Answers(
        labels,
        # a picture may be there twice; a path may not
        np.array([row.path for row in rows], np.str_),
        np.array([row.group for row in rows], np.str_),
        np.array([labels.index(row.label) for row in rows], np.intp),
        np.array([one.probabilities for one in given], np.float64),
        np.zeros(len(rows), np.intp),
    )


def _labelled(given: Sequence[Prediction]) -> NDArray[np.bool_]:
    return np.array([not one.declined for one in given], np.bool_)


def _both(
    scan: Scan, champion: Predictor, candidate: Predictor, *, turned: bool
) -> tuple[Prediction, Prediction]:
    """Each goes first every other time, so that neither always finds the slice in the processor's cache."""
    if turned:
        second = candidate.predict(scan)
        return champion.predict(scan), second
    return champion.predict(scan), candidate.predict(scan)
