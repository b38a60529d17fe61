"""A model's measured figures, as they stand in ``bundle.json`` under ``metrics``.

The schema; every share is 0..1 and every figure is on real slices of held-out folds::

    metrics = {
      "grouped_cv": SPLIT,                 # by patient block, each slice by a model that never saw its block
      "random_cv": SPLIT,                  # by slice: "leaks" is true
      "grouped_test": SPLIT,               # of this very model, on patient blocks that it never saw
      "random_test": SPLIT,                # of another one, on slices dealt at random: "leaks" is true
      "contrast": {agreement, total_variation, macro_f1, slices},   # slice against its CLAHE copy
      "declines": {
        "unsure": {threshold, answered, accuracy},     # share answered, share right among these
        "not_ct": {threshold, refused, SET: {refused, refused_by_distance, slices}, ...},
      },
      "external": {SET: {label, slices, recall}},      # other hospitals, where there are any
    }
    SPLIT = {
      "macro_f1", "accuracy", "balanced_accuracy": {value, low, high},   # 95 %, over groups
      "auc", "brier", "ece", "ece_before": value,      # ece_before: without the temperature; auc: null
                                           # where all slices are of one class
      "slices", "groups", "folds": count, "leaks": bool,
      "dealings": [macro F1, ...],         # of each dealing of the folds; the figures are over all of them
      "by_fold": [macro F1, ...],          # of each fold, where each had a training of its own
      "per_class": {LABEL: {precision, recall, f1, auc, slices}},
      "labels": [LABEL, ...], "confusion": [[count, ...], ...],          # truth down
      "reliability": [{low, high, mean, accuracy, count}, ...],
    }
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.evaluation import metrics
from core.evaluation.calibration import expected_error, reliability, softmax

Floats = NDArray[np.floating]
FILE: Final = "scores.json"
"""What a training keeps its figures in, beside its log and among its run's artefacts."""
CROSS: Final = "grouped_cv"
"""Every fold once, each answered by the model that was trained without it."""
HONEST: Final = (CROSS, "grouped_test")
LEAKING: Final = ("random_cv", "random_test")


def honest(metrics: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The split whose figures a model is judged by: whole patient blocks, over all folds where there are.

    Returns:
        Its name and figures; ``("", {})`` where nothing was measured.
    """
    return _first(metrics, HONEST)


def leaking(metrics: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The split that leaks, shown for comparison alone; ``("", {})`` where there is none."""
    return _first(metrics, LEAKING)


def _first(metrics: Mapping[str, Any], names: Sequence[str]) -> tuple[str, Mapping[str, Any]]:
    return next(((name, metrics[name]) for name in names if metrics.get(name)), ("", {}))


def split_figures(
    labels: Sequence[str],
    truth: NDArray[np.integer],
    probabilities: NDArray[np.float64],
    logits: Floats,
    groups: Sequence[str],
    *,
    folds: int,
    leaks: bool,
    dealings: NDArray[np.integer] | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """The figures of one way of splitting.

    Args:
        labels: Class names in the model's order.
        truth: (N,) class numbers.
        probabilities: (N, K), calibrated on other slices.
        logits: (N, K), for the calibration error before.
        groups: Per slice; the intervals draw whole groups.
        folds: Number of folds.
        dealings: (N,) which dealing of the folds an answer is of, where each slice was answered in
            several; counts are then means over these.
        leaks: Whether slices of one group are on both sides.
        seed: Of the bootstrap.
    """
    answers = probabilities.argmax(axis=1)
    tables = metrics.by_group(truth, answers, groups, len(labels))
    counts = tables.sum(axis=0)
    areas = metrics.auc(truth, probabilities)
    named = {
        "macro_f1": metrics.macro_f1,
        "accuracy": metrics.accuracy,
        "balanced_accuracy": metrics.balanced_accuracy,
    }
    times = 1 if dealings is None else len(np.unique(dealings))
    return {
        **{name: metrics.bootstrap(tables, figure, seed).fields() for name, figure in named.items()},
        "dealings": _by_dealing(truth, answers, dealings, len(labels)),
        "auc": metrics.mean(areas),
        "brier": round(metrics.brier(truth, probabilities), 4),
        "ece": round(expected_error(probabilities, truth), 4),
        "ece_before": round(expected_error(softmax(logits), truth), 4),
        "slices": len(truth) // times,
        "groups": len(tables),
        "folds": folds,
        "leaks": leaks,
        "per_class": metrics.per_class(labels, counts, areas, times),
        "labels": list(labels),
        "confusion": (counts / times).round(1).tolist() if times > 1 else counts.tolist(),
        "reliability": [
            {name: round(value, 4) for name, value in one.items()} | {"count": round(one["count"] / times)}
            for one in reliability(probabilities, truth)
        ],
    }


def _by_dealing(
    truth: NDArray[np.integer],
    answers: NDArray[np.integer],
    dealings: NDArray[np.integer] | None,
    classes: int,
) -> list[float]:
    """Macro F1 of each dealing alone: how much of a figure is luck."""
    several = np.zeros(len(truth), int) if dealings is None else dealings
    return [
        round(metrics.macro_f1(metrics.confusion(truth[mine], answers[mine], classes)), 4)
        for mine in (several == one for one in np.unique(several))
    ]


def contrast_figures(
    truth: NDArray[np.integer], plain: NDArray[np.float64], changed: NDArray[np.float64]
) -> dict[str, Any]:
    """How far the answer for a slice and for its copy in another contrast are apart.

    Args:
        truth: (N,) class numbers.
        plain: (N, K) probabilities of the slices.
        changed: (N, K) of their copies.

    Returns:
        Share with the same top class, mean total variation distance (0 same, 1 disjoint), macro F1
        on the copies, number of slices.
    """
    answers = changed.argmax(axis=1)
    counts = metrics.confusion(truth, answers, plain.shape[1])
    return {
        "agreement": round(float((plain.argmax(axis=1) == answers).mean()), 4),
        "total_variation": round(float(np.abs(plain - changed).sum(axis=1).mean() / 2), 4),
        "macro_f1": round(metrics.macro_f1(counts), 4),
        "slices": len(truth),
    }
