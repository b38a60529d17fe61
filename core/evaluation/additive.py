"""Figures of merit that are functions of sums over slices, so that whole patient blocks can be added up.

A bootstrap then needs each block's sums once: any draw of blocks is a product of two matrices.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.integer]
BINS: Final = 15
"""Of the calibration error, as in `core.evaluation.calibration.expected_error`."""


@dataclass(frozen=True, slots=True)
class Additive:
    """A figure of merit by what is summed for it.

    Attributes:
        parts: From truth (N,), probabilities (N, K) to what is summed, (N, D).
        of: From sums, (R, D), to the figure, (R,); NaN where it isn't defined.
        probabilities: Whether it needs them; answered classes alone do otherwise.
    """

    parts: Callable[[Whole, Floats], Floats]
    of: Callable[[Floats], Floats]
    probabilities: bool = False


def _table_parts(truth: Whole, found: Floats) -> Floats:
    """Each slice's confusion table, flat."""
    classes = found.shape[1]
    return np.asarray(np.eye(classes**2)[truth * classes + found.argmax(axis=1)])


def _tables(sums: Floats) -> Floats:
    classes = round(sums.shape[1] ** 0.5)
    return np.asarray(sums.reshape(-1, classes, classes))


def _accuracy(sums: Floats) -> Floats:
    tables = _tables(sums)
    return np.asarray(np.trace(tables, axis1=1, axis2=2) / tables.sum(axis=(1, 2)))


def _mean_of_present(values: Floats, tables: Floats) -> Floats:
    present = tables.sum(axis=2) > 0
    return np.asarray(np.where(present, values, 0.0).sum(axis=1) / present.sum(axis=1))


def _macro_f1(sums: Floats) -> Floats:
    tables = _tables(sums)
    both = tables.sum(axis=1) + tables.sum(axis=2)
    return _mean_of_present(2.0 * np.diagonal(tables, axis1=1, axis2=2) / both, tables)


def _balanced(sums: Floats) -> Floats:
    tables = _tables(sums)
    return _mean_of_present(np.diagonal(tables, axis1=1, axis2=2) / tables.sum(axis=2), tables)


def _bin_parts(truth: Whole, found: Floats) -> Floats:
    """Each slice's place among bins of its top probability: how far that was from right or wrong, and 1."""
    top, right = found.max(axis=1), found.argmax(axis=1) == truth
    place = np.eye(BINS)[np.minimum((top * BINS).astype(int), BINS - 1)]
    return np.hstack([place * (top - right)[:, None], place])


def _expected_error(sums: Floats) -> Floats:
    return np.asarray(np.abs(sums[:, :BINS]).sum(axis=1) / sums[:, BINS:].sum(axis=1))


def _brier_parts(truth: Whole, found: Floats) -> Floats:
    hot = np.eye(found.shape[1])[truth]
    return np.stack([((found - hot) ** 2).sum(axis=1), np.ones(len(truth))], axis=1)


def _log_parts(truth: Whole, found: Floats) -> Floats:
    lost = -np.log(np.maximum(found[np.arange(len(truth)), truth], 1e-12))
    return np.stack([lost, np.ones(len(truth))], axis=1)


def _mean(sums: Floats) -> Floats:
    return np.asarray(sums[:, 0] / sums[:, 1])


TABLE: Final[Mapping[str, Additive]] = {
    "macro_f1": Additive(_table_parts, _macro_f1),
    "accuracy": Additive(_table_parts, _accuracy),
    "balanced_accuracy": Additive(_table_parts, _balanced),
    "ece": Additive(_bin_parts, _expected_error, probabilities=True),
    "brier": Additive(_brier_parts, _mean, probabilities=True),
    "log_loss": Additive(_log_parts, _mean, probabilities=True),
}
