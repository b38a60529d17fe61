"""What runs measured, side by side, and whether a difference is larger than chance."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np

from core.comparison.foreign import number
from core.comparison.loading import Details
from core.comparison.numbered import numbered
from core.errors import DataError
from core.evaluation import answers as tables
from core.evaluation import paired
from core.evaluation.answers import Answers
from core.evaluation.metrics import FEWEST_BLOCKS, Interval
from core.tracking.runs.values import honest_split, less_is_better

Word = Literal["larger than chance", "within chance", "can't be told"]
NAMES: Final[Mapping[str, str]] = {
    "macro_f1": "Macro F1",
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "auc": "AUC",
    "brier": "Brier score",
    "ece": "Calibration error",
}
"""What a person reads for the figures of a split."""
_KINDS: Final = {"f1": "F1", "auc": "AUC", "recall": "Recall", "precision": "Precision"}
TESTED: Final = ("macro_f1", "accuracy", "balanced_accuracy", "brier", "ece")
"""Figures that `difference` can hold against chance."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with its 95 % interval over patient blocks.

    Attributes:
        value: The figure.
        low: NaN where no interval was measured.
        high: The same.
    """

    value: float
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of several runs.

    Attributes:
        name: Such as ``macro_f1``, or ``recall of Cyst``.
        label: What a person reads.
        values: Of each run in their order; None where it was not measured.
        deltas: Less the first run's; None for the first, and where one of the two is missing.
        less: Whether a smaller value is the better one.
        best: Which run is best, by its place; None where fewer than two were measured, where it is a
            tie, where they were not measured on the same slices (`grounds`), or where the figures leak.
        leaks: Whether it says how well a model remembers.
    """

    name: str
    label: str
    values: tuple[Measured | None, ...]
    deltas: tuple[float | None, ...]
    less: bool
    best: int | None
    leaks: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a second run's figure differs from a first one's by more than chance.

    Attributes:
        figure: Such as ``macro_f1``.
        word: The verdict.
        sentence: The same for a person, with what it rests on.
        value: The second's less the first's, on the slices that both answered; NaN where it can't be told.
        low: Of its 95 % interval, patient blocks drawn anew for both at once.
        high: The same.
        slices: That both answered.
        groups: Patient blocks of these.
        better: Whether the second is the better one; None where it can't be told.
    """

    figure: str
    word: Word
    sentence: str
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    slices: int = 0
    groups: int = 0
    better: bool | None = None


def lines(several: Sequence[Details], leaking: bool = False) -> list[Line]:
    """The figures of runs on patients that they never saw.

    Args:
        several: The runs.
        leaking: In place of these, the figures of the split that leaks; to be shown marked.

    Returns:
        Those of a whole split first, then each class's; empty where no run has any.
    """
    found = [_figures(one, leaking) for one in several]
    names = dict.fromkeys(name for one in found for name in one)
    judged = not leaking and not grounds(several)
    return [_line(name, [one.get(name) for one in found], leaking, judged) for name in _ordered(names)]


def grounds(several: Sequence[Details]) -> str:
    """A sentence where the runs' figures were not measured on the same slices; "" where they were."""
    known = [one for one in several if _figures(one, False)]
    if _same_answered([one.answered() for one in known]):
        return ""
    if len({one.run.tags.get("studio.manifest", "") for one in known}) > 1:
        return "These runs were measured on different data, so their figures are not of the same slices."
    if len({_split(one) for one in known}) > 1:
        return (
            "Some of these figures are over all folds and others of one, so they are not of the same slices."
        )
    counts = {_figures(one, False).get("slices") for one in known}
    if len(counts) > 1 or (known and all(one.answered() for one in known)):
        return "These runs were measured on different slices."
    return ""


def _same_answered(several: Sequence[Answers | None]) -> bool:
    """Whether all answered the very same slices, of the same classes."""
    there = [one for one in several if one is not None]
    first = _shown(there[0]) if there else set()
    return len(there) == len(several) and all(_shown(one) == first for one in there[1:])


def _shown(one: Answers) -> set[tuple[str, str]]:
    """Slices with what they show; every dealing has the same ones."""
    first = one.dealing == one.dealing.min(initial=0)
    labels = np.asarray(one.labels)[one.truth[first]]
    return set(zip(one.slices[first].tolist(), labels.tolist(), strict=True))


def difference(first: Details, second: Details, figure: str = "macro_f1", seed: int = 0) -> Verdict:
    """Whether the second run's figure differs from the first's by more than chance in the choice of patients.

    A paired bootstrap over patient blocks, on the slices that both answered without having seen their
    patients; a slice answered several times, once a dealing of the folds, counts once.

    Args:
        first: The run that is compared with.
        second: The other one.
        figure: One of `TESTED`.
        seed: Of the draws.

    Raises:
        ValueError: There is no such figure.
    """
    if figure not in TESTED:
        raise ValueError(f"figure must be one of {', '.join(TESTED)}, got {figure!r}")
    one, other = first.answered(), second.answered()
    if one is None or other is None:
        return _untold(figure, unanswered(first if one is None else second))
    first_numbers, second_numbers = numbered(one, other)
    try:
        # numbers as short text: sorting digests by the ten thousand takes seconds
        interval = paired.between(
            replace(one, slices=first_numbers.astype(np.str_)),
            replace(other, slices=second_numbers.astype(np.str_)),
            figure,
            seed,
        )
    except DataError as error:
        return _untold(figure, error.sentence)
    both = np.isin(first_numbers, second_numbers)
    slices, groups = len(np.unique(first_numbers[both])), len(set(one.groups[both].tolist()))
    return _told(figure, interval, slices, groups)


def unanswered(one: Details) -> str:
    """Why a run has no answers that another's can be held against, as a sentence."""
    if one.run.leaks or (one.answers and not one.split()):
        return f"{one.called} was not measured on patients that it never saw."
    bad = next((each for each in one.troubles if each.startswith(tables.FILE)), "")
    return f"{one.called} logged no answers slice by slice." if not bad else f"{one.called}: {bad}"


def _told(figure: str, found: Interval, slices: int, groups: int) -> Verdict:
    value, low, high = found.value, found.low, found.high
    if groups < FEWEST_BLOCKS:
        few = f"{groups} patient block{'s' if groups > 1 else ''}"
        return _untold(figure, f"Both answered slices of {few}, and it takes {FEWEST_BLOCKS}.")
    if not all(math.isfinite(each) for each in (value, low, high)):
        return _untold(figure, f"{NAMES.get(figure, figure)} isn't defined on the slices that both answered.")
    larger = paired.beyond_chance(found)
    better = (value < 0) == less_is_better(figure) if value else None
    ground = f"on {slices:,} slices of {groups:,} patient blocks that both answered"
    name = NAMES.get(figure, figure)
    said = (
        f"{name} {value:+.3f} (95 % {low:+.3f} to {high:+.3f}) {ground}: "
        f"{'larger than chance' if larger else 'within chance'} in the choice of patients."
    )
    word: Word = "larger than chance" if larger else "within chance"
    return Verdict(figure, word, said, value, low, high, slices, groups, better)


def _untold(figure: str, why: str) -> Verdict:
    return Verdict(figure, "can't be told", f"Whether the difference is chance can't be told: {why}")


def _split(one: Details) -> str:
    return one.split() or honest_split(one.run)


def _figures(one: Details, leaking: bool) -> dict[str, Measured]:
    split = one.figures(leaking)
    return _of_split(split) if split else _of_metrics(one, leaking)


def _of_split(split: Mapping[str, Any]) -> dict[str, Measured]:
    found = {name: _measured(split.get(name)) for name in (*NAMES, "slices", "groups")}
    classes = split.get("per_class")
    for label, values in (classes if isinstance(classes, Mapping) else {}).items():
        for name in ("recall", "precision", "f1", "auc"):
            found[f"{name} of {label}"] = _measured(values.get(name) if isinstance(values, Mapping) else None)
    return {name: value for name, value in found.items() if value}


def _of_metrics(one: Details, leaking: bool) -> dict[str, Measured]:
    """From the run's own list of metrics, where it logged no scores."""
    if not leaking and not honest_split(one.run):
        return {}
    ours = _named(one, "random_" if leaking else "test_")
    if leaking and one.run.leaks and not ours:
        ours = _named(one, "test_")
    return {
        name: Measured(value, ours.get(f"{name}_low", math.nan), ours.get(f"{name}_high", math.nan))
        for name, value in ours.items()
        if name in (*NAMES, "slices", "groups") and math.isfinite(value)
    }


def _named(one: Details, before: str) -> dict[str, float]:
    """The run's metrics whose names begin so, without that."""
    found = one.run.metrics.items()
    return {name.removeprefix(before): value for name, value in found if name.startswith(before)}


def _measured(found: object) -> Measured | None:
    fields = found if isinstance(found, Mapping) else {"value": found}
    value, low, high = (number(fields.get(name)) for name in ("value", "low", "high"))
    return Measured(value, low, high) if math.isfinite(value) else None


def _ordered(names: Mapping[str, None]) -> list[str]:
    first = [name for name in (*NAMES, "slices", "groups") if name in names]
    return [*first, *(name for name in names if name not in first)]


def _line(name: str, values: Sequence[Measured | None], leaks: bool, judged: bool) -> Line:
    base = values[0]
    deltas = [value.value - base.value if value and base and at else None for at, value in enumerate(values)]
    less = less_is_better(name)
    best = _best(values, less) if judged and name not in ("slices", "groups") else None
    label = NAMES.get(name, name.capitalize() if name in ("slices", "groups") else _said(name))
    return Line(name, label, tuple(values), tuple(deltas), less, best, leaks)


def _best(values: Sequence[Measured | None], less: bool) -> int | None:
    there = {at: value.value for at, value in enumerate(values) if value}
    if len(there) < 2:
        return None
    top = min(there.values()) if less else max(there.values())
    winners = [at for at, value in there.items() if value == top]
    return winners[0] if len(winners) == 1 else None


def _said(name: str) -> str:
    kind, _, label = name.partition(" of ")
    return f"{_KINDS.get(kind, kind)} of {label}"
