"""The figures of trainings in epochs, as a bundle's card has them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.evaluation import report
from core.evaluation.answers import Answers
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
    found = answers_of(bench, several)
    logits = np.concatenate([one.test.logits for one in several])
    figures = report.split_figures(
        bench.labels,
        found.truth,
        found.probabilities,
        logits,
        found.groups.tolist(),
        folds=len(several),
        leaks=leaks,
        seed=bench.params.training.seed,
    )
    if len(several) > 1:
        figures["by_fold"] = [of_test(bench, one, leaks)["macro_f1"]["value"] for one in several]
    return figures


def answers_of(bench: Bench, several: Sequence[Fitted]) -> Answers:
    """What several models answered on their test slices, each by the one that never saw it."""
    rows = [row for one in several for row in one.test.rows]
    return Answers(
        bench.labels,
        np.array([row.sha256 for row in rows], np.str_),
        np.array([row.group for row in rows], np.str_),
        np.concatenate([one.test.truth for one in several]),
        np.concatenate([one.probabilities(one.test.logits) for one in several]),
        np.zeros(len(rows), np.intp),
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
