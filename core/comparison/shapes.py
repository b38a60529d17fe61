"""ROC and reliability curves of runs: as they were logged, or from the answers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.comparison.foreign import number
from core.comparison.loading import Details
from core.evaluation import curves
from core.evaluation.calibration import expected_error, reliability

Point = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Roc:
    """A class against the rest.

    Attributes:
        run: The run's id.
        label: The class.
        points: ``false``, ``true`` and ``at``, as `core.evaluation.curves.roc` gives them.
        area: Below it, 0..1.
    """

    run: str
    label: str
    points: tuple[Point, ...]
    area: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """How sure a run's answers were against how many were right.

    Attributes:
        run: The run's id.
        bins: ``low``, ``high``, ``mean``, ``accuracy`` and ``count``, as
            `core.evaluation.calibration.reliability` gives them; empty bins are left out.
        error: Expected calibration error, 0..1.
    """

    run: str
    bins: tuple[Point, ...]
    error: float


def rocs(one: Details, leaking: bool = False) -> list[Roc]:
    """A run's ROC curves by class; empty where it has neither curves nor answers.

    Args:
        one: The run.
        leaking: Of the split that leaks, to be shown marked.
    """
    found = one.curves(leaking).get("roc")
    answers = one.answers.get(one.split(leaking))
    if not isinstance(found, Mapping) and answers:
        found = curves.roc(answers.labels, answers.truth, answers.probabilities)
    if not isinstance(found, Mapping):
        return []
    usable = {label: points for label, points in found.items() if _points(points, "false", "true")}
    return [Roc(one.run.id, label, tuple(points), curves.area(points)) for label, points in usable.items()]


def calibration(one: Details, leaking: bool = False) -> Reliability | None:
    """A run's reliability curve; None where it has neither figures nor answers.

    Args:
        one: The run.
        leaking: Of the split that leaks, to be shown marked.
    """
    figures, answers = one.figures(leaking), one.answers.get(one.split(leaking))
    bins, error = figures.get("reliability"), figures.get("ece")
    if not _points(bins, "mean", "accuracy", "count") and answers:
        bins = reliability(answers.probabilities, answers.truth)
        error = expected_error(answers.probabilities, answers.truth)
    if not isinstance(bins, Sequence) or not _points(bins, "mean", "accuracy", "count"):
        return None
    return Reliability(one.run.id, tuple(each for each in bins if each["count"]), number(error))


def _points(found: object, *names: str) -> bool:
    """Whether it is a list of points that have some numbers."""
    return (
        bool(found)
        and isinstance(found, Sequence)
        and all(
            isinstance(one, Mapping) and all(math.isfinite(number(one.get(name))) for name in names)
            for one in found
        )
    )
