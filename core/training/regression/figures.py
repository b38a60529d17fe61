"""Held-out answers as the figures of a bundle's card."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config.params import Params
from core.evaluation import report
from core.evaluation.answers import Answers
from core.training.inputs.strangers import Strangers
from core.training.regression.crossval import Held

Floats = NDArray[np.float32]


def of_splits(answers: Mapping[str, Answers], grouped: Held, leaking: Held, params: Params) -> dict[str, Any]:
    """``grouped_cv``, ``random_cv`` and, where copies were made, ``contrast``.

    Args:
        answers: Those of the two, by these names.
        grouped: Held out by patient block.
        leaking: Held out at random.
        params: The recipe.
    """
    found = {
        name: report.split_figures(
            answers[name].labels,
            held.truth,
            answers[name].probabilities,
            held.logits,
            answers[name].groups.tolist(),
            folds=params.split.folds,
            dealings=held.dealings,
            leaks=leaks,
            seed=params.training.seed,
        )
        for name, held, leaks in (("grouped_cv", grouped, False), ("random_cv", leaking, True))
    }
    if len(grouped.contrast):
        found["contrast"] = report.contrast_figures(
            grouped.truth, answers["grouped_cv"].probabilities, grouped.contrast_probabilities()
        )
    return found


def external(
    labels: Sequence[str],
    wanted: Mapping[str, Mapping[str, str]],
    strangers: Mapping[str, Strangers],
    logits: Callable[[Floats], Floats],
) -> dict[str, Any]:
    """How many slices of other hospitals, of one known class each, the final model finds.

    Args:
        labels: Class names.
        wanted: Per set: class by a word in the file's name.
        strangers: The sets.
        logits: Of pooled features.

    Returns:
        ``{"external": {"SET word": {label, slices, recall}}}``; empty where there are none.
    """
    found = {}
    for name, classes in wanted.items():
        pictures = strangers[name]
        answers = logits(pictures.features).argmax(axis=1)
        for word, label in classes.items():
            mine = pictures.some([word])
            right = answers[mine] == labels.index(label)
            found[f"{name} {word}"] = {
                "label": label,
                "slices": int(mine.sum()),
                "recall": round(float(right.mean()), 4) if mine.any() else None,
            }
    return {"external": found} if found else {}
