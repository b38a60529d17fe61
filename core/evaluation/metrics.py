"""Figures of merit from answers, and how far chance in the choice of patients moves them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
RESAMPLES = 2000
FEWEST_BLOCKS = 5
"""Patient blocks under which a bootstrap over them says nothing of chance: where all of four lean one way,
which is chance one time in eight, every draw does."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the 95 % interval that a bootstrap over groups gives it."""

    value: float
    low: float
    high: float

    def fields(self) -> dict[str, float]:
        """For JSON, to four places."""
        return {"value": round(self.value, 4), "low": round(self.low, 4), "high": round(self.high, 4)}


def confusion(truth: NDArray[np.integer], answers: NDArray[np.integer], classes: int) -> Counts:
    """(K, K) counts, truth down and answer across."""
    flat = np.bincount(np.asarray(truth) * classes + np.asarray(answers), minlength=classes**2)
    return flat.reshape(classes, classes).astype(np.int64)


def accuracy(counts: Counts) -> float:
    """Share of slices answered right."""
    return float(np.trace(counts) / max(counts.sum(), 1))


def recalls(counts: Counts) -> Floats:
    """(K,) share of each class found; NaN for a class that isn't there."""
    totals = counts.sum(axis=1)
    return np.where(totals > 0, np.diag(counts) / np.maximum(totals, 1), np.nan)


def precisions(counts: Counts) -> Floats:
    """(K,) share of each answer that is right; 0 for one never given."""
    return np.asarray(np.diag(counts) / np.maximum(counts.sum(axis=0), 1), np.float64)


def f1(counts: Counts) -> Floats:
    """(K,) harmonic mean of precision and recall; NaN for a class that isn't there."""
    both = counts.sum(axis=1) + counts.sum(axis=0)
    present = counts.sum(axis=1) > 0
    return np.where(present, 2 * np.diag(counts) / np.maximum(both, 1), np.nan)


def macro_f1(counts: Counts) -> float:
    """Mean F1 of the classes that are there."""
    return float(np.nanmean(f1(counts)))


def balanced_accuracy(counts: Counts) -> float:
    """Mean recall of the classes that are there."""
    return float(np.nanmean(recalls(counts)))


def auc(truth: NDArray[np.integer], probabilities: Floats) -> Floats:
    """(K,) area under each class's one-against-the-rest ROC curve; NaN where it has no other side.

    It is the share of (class, rest) pairs in the right order, ties counting half.
    """
    from scipy.stats import rankdata

    areas = []
    for label in range(probabilities.shape[1]):
        mine = np.asarray(truth) == label
        inside, outside = int(mine.sum()), int((~mine).sum())
        if not inside or not outside:
            areas.append(np.nan)
            continue
        ranks = rankdata(probabilities[:, label])
        areas.append((ranks[mine].sum() - inside * (inside + 1) / 2) / (inside * outside))
    return np.array(areas)


def brier(truth: NDArray[np.integer], probabilities: Floats) -> float:
    """Mean squared distance of the probabilities from what was true, 0..2."""
    hot = np.eye(probabilities.shape[1])[np.asarray(truth)]
    return float(((probabilities - hot) ** 2).sum(axis=1).mean())


def bootstrap(
    tables: NDArray[np.int64], figure: Callable[[Counts], float], seed: int = 0, resamples: int = RESAMPLES
) -> Interval:
    """A figure's 95 % interval when other patients might have come (percentile bootstrap).

    Groups are drawn with replacement, never slices: a patient's slices are no independent draws.

    Args:
        tables: (G, K, K) each group's confusion counts.
        figure: From summed counts to a value.
        seed: Of the draws.
        resamples: How many.
    """
    generator = np.random.default_rng(seed)
    drawn = generator.integers(0, len(tables), (resamples, len(tables)))
    values = [figure(tables[draw].sum(axis=0)) for draw in drawn]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return Interval(figure(tables.sum(axis=0)), float(low), float(high))


def by_group(
    truth: NDArray[np.integer], answers: NDArray[np.integer], groups: Sequence[str], classes: int
) -> NDArray[np.int64]:
    """(G, K, K) confusion counts of each group."""
    names = np.asarray(groups)
    return np.stack(
        [confusion(truth[names == name], answers[names == name], classes) for name in np.unique(names)]
    )


def per_class(
    labels: Sequence[str], counts: Counts, areas: Floats, times: int = 1
) -> Mapping[str, dict[str, Any]]:
    """Precision, recall, F1, AUC and number of slices by class; None for what isn't defined.

    Args:
        labels: Class names.
        counts: (K, K) confusion counts.
        areas: (K,) from `auc`.
        times: How often each slice is counted.
    """
    columns = {"precision": precisions(counts), "recall": recalls(counts), "f1": f1(counts), "auc": areas}
    return {
        label: {name: _number(values[at]) for name, values in columns.items()}
        | {"slices": int(counts[at].sum()) // times}
        for at, label in enumerate(labels)
    }


def mean(values: Floats) -> float | None:
    """Mean of the values that are defined; None where none is."""
    there = values[~np.isnan(values)]
    return _number(there.mean()) if len(there) else None


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
