"""Which classes runs take for which, side by side, and how two of them differ in that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.comparison.loading import Details
from core.evaluation import metrics
from core.evaluation.answers import Answers

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """What became of the slices of each class.

    Attributes:
        run: The run's id.
        split: As `core.evaluation.report` names it.
        labels: Class names.
        counts: (K, K) slices, truth down and answer across; means over the dealings of the folds where
            there were several.
        leaks: Whether it says how well a model remembers.
    """

    run: str
    split: str
    labels: tuple[str, ...]
    counts: Floats
    leaks: bool = False

    @property
    def shares(self) -> Floats:
        """(K, K) each row's shares, 0..1; NaN for a class without slices."""
        rows = self.counts.sum(axis=1, keepdims=True)
        return np.where(rows > 0, self.counts / np.maximum(rows, 1e-12), np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """How the second of two runs answers otherwise than the first.

    Attributes:
        labels: Class names, the first run's.
        shares: (K, K) the second's row shares less the first's, -1..1; NaN for a class that one has no
            slices of. On the diagonal more is better, off it less.
        words: What must be known to read it; "" where both are of the same slices.
    """

    labels: tuple[str, ...]
    shares: Floats
    words: str = ""


def confusion(one: Details, leaking: bool = False) -> Confusion | None:
    """A run's table, as it was logged or counted from its answers; None where it has neither.

    Args:
        one: The run.
        leaking: Of the split that leaks, to be shown marked.
    """
    split = one.split(leaking)
    logged = _logged(one.figures(leaking))
    if logged is None and split in one.answers:
        logged = one.answers[split].labels, _counted(one.answers[split])
    if logged is None:
        return None
    return Confusion(one.run.id, split, *logged, leaks=leaking)


def change(first: Confusion, second: Confusion) -> Change | None:
    """The difference of two tables; None where they are of other classes."""
    if set(first.labels) != set(second.labels):
        return None
    order = [second.labels.index(label) for label in first.labels]
    shares = second.shares[np.ix_(order, order)] - first.shares
    counted = [one.counts.sum(axis=1).round() for one in (first, second)]
    alike = first.split == second.split and np.array_equal(counted[0], counted[1][order])
    words = (
        "" if alike else "The two tables are not of the same slices: shares can be compared, counts can't."
    )
    return Change(first.labels, shares, words)


def _logged(split: Mapping[str, Any]) -> tuple[tuple[str, ...], Floats] | None:
    labels, counts = split.get("labels"), split.get("confusion")
    try:
        table = np.asarray(counts, np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    if not isinstance(labels, Sequence) or table.shape != (len(labels),) * 2 or not np.isfinite(table).all():
        return None
    return tuple(map(str, labels)), table


def _counted(found: Answers) -> Floats:
    table = metrics.confusion(found.truth, found.given, len(found.labels))
    return np.asarray(table / max(1, len(np.unique(found.dealing))), np.float64)
