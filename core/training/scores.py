"""The figures of trainings in epochs, as a bundle's card has them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation import curves, report
from core.models.bundle import Thresholds
from core.training import thresholds
from core.training.finetuning import Bench, Fitted


def of_test(bench: Bench, fitted: Fitted, leaks: bool = False) -> dict[str, Any]:
    """A model's figures on the slices that it never saw, as `core.evaluation.report` documents.

    Args:
        bench: What the run's trainings share.
        fitted: The model.
        leaks: Whether slices of one block were on both sides.
    """
    return over_folds(bench, [fitted], leaks)


def over_folds(bench: Bench, several: Sequence[Fitted], leaks: bool = False) -> dict[str, Any]:
    """The figures of several models over all their test slices, each answered by the one that never saw it.

    Args:
        bench: What the run's trainings share.
        several: A model for each fold.
        leaks: Whether slices of one block were on both sides.
    """
    truth, chances, groups = _answers(several)
    logits = np.concatenate([one.test.logits for one in several])
    seed = bench.params.training.seed
    found = report.split_figures(
        bench.labels, truth, chances, logits, groups, folds=len(several), leaks=leaks, seed=seed
    )
    if len(several) > 1:
        found["by_fold"] = [of_test(bench, one, leaks)["macro_f1"]["value"] for one in several]
    return found


def curves_of(bench: Bench, several: Sequence[Fitted]) -> dict[str, Any]:
    """What is too long for a card: ``roc`` by class, and ``groups``, what became of each patient block."""
    truth, chances, groups = _answers(several)
    return {
        "roc": curves.roc(bench.labels, truth, chances),
        "groups": curves.by_group(bench.labels, truth, chances, groups),
    }


def _answers(several: Sequence[Fitted]) -> tuple[NDArray[np.intp], NDArray[np.float64], list[str]]:
    """(N,) true classes, (N, K) probabilities and the groups of all test slices."""
    return (
        np.concatenate([one.test.truth for one in several]),
        np.concatenate([one.probabilities(one.test.logits) for one in several]),
        [row.group for one in several for row in one.test.rows],
    )


def of_bundle(bench: Bench, fitted: Fitted) -> dict[str, Any]:
    """What else a card says of a model: its answers in another contrast, and how often it gives none."""
    test = fitted.test
    chances = fitted.probabilities(test.logits)
    return {
        "contrast": report.contrast_figures(test.truth, chances, fitted.probabilities(fitted.contrast)),
        "declines": thresholds.figures(chances, test.truth, test.distances, limits(bench, fitted), {}),
    }


def limits(bench: Bench, fitted: Fitted) -> Thresholds:
    """When the model gives no answer, chosen on its validation."""
    found = fitted.validation
    return thresholds.choose(fitted.probabilities(found.logits), found.distances, bench.params.declining)
