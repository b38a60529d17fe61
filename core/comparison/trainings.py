"""How runs' trainings went, step by step: those of folds lie in their scores, others among the metrics."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from core.comparison.foreign import number
from core.comparison.loading import Details
from core.tracking.runs.reader import Reader
from core.tracking.runs.values import History

_FIRST: Final = ("train_loss", "val_loss", "val_macro_f1", "val_accuracy")
_MEASURED: Final = ("test_", "random_", "contrast_", "unsure_", "not_ct_", "external_")
"""What the names of figures begin with that are measured once, at the end."""
_FOLD: Final = "fold "
_STEPS: Final = 1e9
"""No training has so many."""


def curves(several: Sequence[Details], reader: Reader, most: int) -> dict[str, list[list[History]]]:
    """Metrics that some of the runs logged more than once.

    Args:
        several: The runs.
        reader: Where their metrics are.
        most: At most so many metrics: our own first.

    Returns:
        By metric, of each run those of its trainings: one, or one for each fold.

    Raises:
        AwayError: Runs can't be reached now.
    """
    folds = [_folds(one) for one in several]
    logged = dict.fromkeys(
        [*(name for one in several for name in one.run.metrics), *(name for one in folds for name in one)]
    )
    usual = [name for name in _FIRST if name in logged]
    asked = [*usual, *(name for name in logged if name not in usual and not name.startswith(_MEASURED))]
    known = reader.histories([one.run for one in several], asked[: 3 * most])
    found: dict[str, list[list[History]]] = {}
    for metric in asked:
        lines = [
            _own(known.get((one.run.id, metric))) or of_folds.get(metric, [])
            for one, of_folds in zip(several, folds, strict=True)
        ]
        if any(lines) and len(found) < most:
            found[metric] = lines
    return found


def _own(one: History | None) -> list[History]:
    return [one] if one is not None and len(one.steps) > 1 else []


def _folds(one: Details) -> dict[str, list[History]]:
    """By metric, the epochs of every fold of a run; the random split's are left out."""
    history = one.scores.get("history")
    found: dict[str, list[History]] = {}
    for branch, epochs in (history if isinstance(history, Mapping) else {}).items():
        if str(branch).startswith(_FOLD) and isinstance(epochs, Sequence):
            for line in _lines(one.run.id, [each for each in epochs if isinstance(each, Mapping)]):
                found.setdefault(line.metric, []).append(line)
    return found


def _lines(run: str, epochs: Sequence[Mapping[str, Any]]) -> list[History]:
    names = dict.fromkeys(name for one in epochs for name in _metrics(one))
    steps = np.array([number(one.get("epoch")) for one in epochs])
    if len(epochs) < 2 or not (np.abs(steps) < _STEPS).all():
        return []
    at = np.zeros(len(epochs))
    return [
        History(
            run,
            name,
            steps.astype(np.int64),
            at,
            np.array([number(_metrics(one).get(name)) for one in epochs]),
        )
        for name in names
    ]


def _metrics(epoch: Mapping[str, Any]) -> Mapping[str, Any]:
    found = epoch.get("metrics")
    return found if isinstance(found, Mapping) else {}
