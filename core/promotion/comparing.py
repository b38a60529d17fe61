"""The gate's lines that hold both models' answers to the same slices against each other."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from core.promotion import guessing, refusing
from core.promotion.both import Both, Compared
from core.promotion.gate import Check
from core.promotion.ground import Ground
from core.promotion.guessing import signed

MOST_LOST: Final = 0.05
"""Of macro F1 and the calibration error, each 0..1, whatever chance says: with few patients the interval is
so wide that hardly any loss is beyond chance, and a person should then say why they want it."""
MOST_SILENT: Final = 0.10
"""The same of the share of slices that get a label: thresholds move that by some hundredths by themselves."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A figure that may not get worse.

    Attributes:
        name: For programs.
        title: For a person.
        called: The figure's name in a sentence.
        better: 1 where more is better, -1 where less is.
        most: How much worse it may be at most.
        of: From what both answered to the figure of each, and the difference with its interval.
    """

    name: str
    title: str
    called: str
    better: int
    most: float
    of: Callable[[Both], Compared]


def checks(both: Both | None, ground: Ground) -> list[Check]:
    """Accuracy, calibration and share answered no worse than what answers now, and better than guessing.

    A line is missed where the candidate is worse beyond chance (the 95 % interval of the difference
    lies wholly on the worse side), or worse by more than is allowed whatever chance says.

    Args:
        both: What both answered; None where nothing is known of both.
        ground: What about, or why nothing is.
    """
    compared = [
        _unmeasured(line, ground) if both is None else _measured(line, both, ground) for line in _LINES
    ]
    if both and ground.logged:
        compared = [
            refusing.counted_in(one, ground.refused, MOST_SILENT) if one.name == "answered" else one
            for one in compared
        ]
    return [*compared, guessing.check(both, ground)]


def _measured(line: _Line, both: Both, ground: Ground) -> Check:
    before, after, found = line.of(both)
    low, high = sorted(line.better * end for end in (found.low, found.high))
    # whatever is no number is no better either
    beyond, much = not high >= 0.0, not line.better * found.value >= -line.most
    figure = f"{after:.3f}, {signed(found.value)} (95 % {signed(found.low)} to {signed(found.high)})"
    return Check(
        name=line.name,
        title=line.title,
        met=not (beyond or much),
        figure=figure,
        limit=_limit(line),
        sentence=(
            f"{line.called} is {after:.3f}, and {before:.3f} of what answers now, on the same "
            f"{both.slices:,} slices of {both.blocks:,} patient blocks of {ground.dataset}"
            f"{'.' if ground.logged else ' that neither has learnt from.'} {_verdict(beyond, much, low)}"
            f"{_other_answers(ground, line)}{_other_set(ground)}"
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


def _other_answers(ground: Ground, line: _Line) -> str:
    """That it wasn't these files that were asked; why not, once."""
    if not ground.logged:
        return ""
    if line is _LINES[0]:
        return f" {ground.because} So {ground.logged}"
    return f" {ground.logged[0].upper()}{ground.logged[1:]}"


def _unmeasured(line: _Line, ground: Ground) -> Check:
    return Check(
        name=line.name, title=line.title, met=None, limit=_limit(line),
        sentence=f"This can't be measured. {ground.reason}",
    )  # fmt: skip


def _limit(line: _Line) -> str:
    worse = "less" if line.better > 0 else "more"
    return f"at most {line.most:.2f} {worse}, and not {worse} beyond chance"


_LINES: Final = (
    _Line("accuracy", "As accurate", "Macro F1", 1, MOST_LOST, partial(Both.figure, name="macro_f1")),
    _Line("calibration", "As well calibrated", "The calibration error", -1, MOST_LOST,
          partial(Both.figure, name="ece")),
    _Line("answered", "Answers as often", "The share that gets a label", 1, MOST_SILENT, Both.answered),
)  # fmt: skip
