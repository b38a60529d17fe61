"""Two models answer the same slices, one after the other on each."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.config.settings import Settings
from core.data import pictures
from core.domain import Prediction, Scan
from core.errors import DataError, InputError
from core.inference.predictor import Predictor
from core.promotion.ground import Ground


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What both answered, N slices and K classes in the champion's order.

    Attributes:
        truth: (N,) class numbers.
        groups: (N,) the patient block of each.
        champion: (N, K) probabilities.
        candidate: (N, K) probabilities.
        answered: (N, 2) whether a label was given, by champion and candidate.
    """

    truth: NDArray[np.intp]
    groups: NDArray[np.str_]
    champion: NDArray[np.float64]
    candidate: NDArray[np.float64]
    answered: NDArray[np.bool_]


def ask(
    ground: Ground,
    champion: Predictor,
    candidate: Predictor,
    settings: Settings,
    tell: Callable[[str, float], None],
) -> Asked:
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
    order = [candidate.labels.index(label) for label in champion.labels]
    return Asked(
        np.array([champion.labels.index(row.label) for row in rows], np.intp),
        np.array([row.group for row in rows]),
        np.array([one.probabilities for one, _ in found], np.float64),
        np.array([one.probabilities for _, one in found], np.float64)[:, order],
        np.array([[not one.declined for one in both] for both in found], np.bool_),
    )


def _both(
    scan: Scan, champion: Predictor, candidate: Predictor, *, turned: bool
) -> tuple[Prediction, Prediction]:
    """Each goes first every other time, so that neither always finds the slice in the processor's cache."""
    if turned:
        second = candidate.predict(scan)
        return champion.predict(scan), second
    return champion.predict(scan), candidate.predict(scan)
