"""The gate's lines that hold both models' answers to the same slices against each other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.evaluation import calibration, metrics
from core.evaluation.metrics import Interval
from core.evaluation.paired import difference
from core.promotion import guessing
from core.promotion.asking import Asked
from core.promotion.gate import Check
from core.promotion.ground import Ground
from core.promotion.guessing import signed

MOST_LOST: Final = 0.10
"""Of any of these figures, each 0..1, whatever chance says: with few patients the interval is so wide that
hardly any loss is beyond chance. One model trained twice and measured on ten blocks differs by less."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A figure that may not get worse.

    Attributes:
        name: For programs.
        title: For a person.
        called: The figure's name in a sentence.
        better: 1 where more is better, -1 where less is.
        of: From what both answered to the figure of each, and the difference with its interval.
    """

    name: str
    title: str
    called: str
    better: int
    of: Callable[[Asked], tuple[float, float, Interval]]


def checks(asked: Asked | None, ground: Ground) -> list[Check]:
    """Accuracy, calibration and share answered no worse than what answers now, and better than guessing.

    A line is missed where the candidate is worse beyond chance (the 95 % interval of the difference
    lies wholly on the worse side), or worse by more than is allowed whatever chance says.

    Args:
        asked: What both answered; None where there is nothing both can be asked about.
        ground: What they were asked about, or why nothing.
    """
    compared = [
        _unmeasured(line, ground) if asked is None else _measured(line, asked, ground) for line in _LINES
    ]
    return [*compared, guessing.check(asked, ground)]


def _measured(line: _Line, asked: Asked, ground: Ground) -> Check:
    before, after, found = line.of(asked)
    low, high = sorted(line.better * end for end in (found.low, found.high))
    beyond, much = high < 0.0, line.better * found.value < -MOST_LOST
    figure = f"{after:.3f}, {signed(found.value)} (95 % {signed(found.low)} to {signed(found.high)})"
    return Check(
        name=line.name,
        title=line.title,
        met=not (beyond or much),
        figure=figure,
        limit=_limit(line),
        sentence=(
            f"{line.called} is {after:.3f}, and {before:.3f} of what answers now, on the same "
            f"{len(asked.truth):,} slices of {len(set(asked.groups.tolist())):,} patient blocks of "
            f"{ground.dataset} that neither has learnt from. {_verdict(beyond, much, low)}"
            f"{_other_set(ground)}"
        ),
    )


def _verdict(beyond: bool, much: bool, low: float) -> str:
    if beyond:
        return "It is worse, by more than chance in the choice of patients explains."
    if much:
        return "It may be chance, but so much worse isn't let pass."
    return "It is better beyond chance." if low > 0.0 else "Chance explains the difference."


def _other_set(ground: Ground) -> str:
    """That slices of the candidate's own kind may be easier for it than those of what answers now."""
    if not ground.instead:
        return ""
    return f" This is the candidate's set, not that of what answers now: {ground.instead}"


def _unmeasured(line: _Line, ground: Ground) -> Check:
    return Check(
        name=line.name, title=line.title, met=None, limit=_limit(line),
        sentence=f"This can't be measured. {ground.reason}",
    )  # fmt: skip


def _limit(line: _Line) -> str:
    worse = "less" if line.better > 0 else "more"
    return f"at most {MOST_LOST:.2f} {worse}, and not {worse} beyond chance"


def _macro_f1(asked: Asked) -> tuple[float, float, Interval]:
    def of(found: NDArray[np.float64]) -> float:
        return metrics.macro_f1(metrics.confusion(asked.truth, found.argmax(axis=1), found.shape[1]))

    found = difference(asked.truth, asked.champion, asked.candidate, asked.groups, "macro_f1")
    return of(asked.champion), of(asked.candidate), found


def _error(asked: Asked) -> tuple[float, float, Interval]:
    each = [calibration.expected_error(one, asked.truth) for one in (asked.champion, asked.candidate)]
    found = difference(asked.truth, asked.champion, asked.candidate, asked.groups, "ece")
    return each[0], each[1], found


def _answered(asked: Asked) -> tuple[float, float, Interval]:
    given = asked.answered.astype(np.intp)
    # the share of 1 among ones is an accuracy
    found = difference(np.ones(len(given), np.intp), given[:, 0], given[:, 1], asked.groups, "accuracy")
    before, after = given.mean(axis=0)
    return float(before), float(after), found


_LINES: Final = (
    _Line("accuracy", "As accurate", "Macro F1", 1, _macro_f1),
    _Line("calibration", "As well calibrated", "The calibration error", -1, _error),
    _Line("answered", "Answers as often", "The share that gets a label", 1, _answered),
)
