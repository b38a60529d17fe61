"""Which metrics share a plot: training and validation of one figure, whatever a program calls them."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["training", "validation", ""]
_SIDES: Final[tuple[tuple[Role, re.Pattern[str]], ...]] = (
    ("training", re.compile(r"^(?:train|training)[_/.\- ]+(?=.)", re.IGNORECASE)),
    ("validation", re.compile(r"^(?:val|valid|validation|eval|dev)[_/.\- ]+(?=.)", re.IGNORECASE)),
)
_FIRST: Final = ("loss", "macro_f1", "f1", "accuracy", "acc", "auc")
_JUDGED: Final = re.compile(
    r"loss|f1|acc|auc|precision|recall|brier|ece|error|score|dice|iou|kappa|mcc|rmse|mae|mse", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Panel:
    """A plot.

    Attributes:
        title: What is drawn in it.
        metrics: Name and role of each; the one that runs are judged by comes first.
    """

    title: str
    metrics: tuple[tuple[str, Role], ...]

    @property
    def paired(self) -> bool:
        """Whether both training and validation are in it."""
        return {"training", "validation"} <= {role for _, role in self.metrics}


def side(metric: str) -> tuple[str, Role]:
    """What a metric measures, and on which side: ``val_loss`` is ``loss`` on validation."""
    for role, start in _SIDES:
        if found := start.match(metric):
            return metric[found.end() :], role
    return metric, ""


def judged(metric: str) -> bool:
    """Whether it says how good a model is, so that one of its values is the best; a learning rate doesn't."""
    return bool(_JUDGED.search(metric))


def curved(metrics: Collection[str]) -> bool:
    """Whether some of these are logged again and again while a model learns, as far as names tell."""
    return any(side(metric)[1] for metric in metrics)


def usual(metrics: Collection[str]) -> list[str]:
    """Those that are drawn unless others are asked for: loss and macro F1, or what comes nearest.

    Args:
        metrics: All there are.
    """
    held = [one for one in sorted(metrics) if side(one)[1] == "validation"] or [
        one for one in sorted(metrics) if side(one)[1] == "training"
    ]
    among = held or sorted(metrics)
    ranked = sorted((one for one in among if _rank(one) < len(_FIRST)), key=_rank)
    distinct = list({side(one)[0].casefold(): one for one in reversed(ranked)}.values())[::-1]
    return distinct[:2] or among[:2]


def panels(wanted: Sequence[str], known: Collection[str], *, paired: bool) -> list[Panel]:
    """The plots for some metrics.

    Args:
        wanted: Names, in the order of the plots.
        known: All names there are: with one side of a figure, its other side is drawn too.
        paired: Whether the sides share a plot.
    """
    if not paired:
        return [Panel(one, ((one, ""),)) for one in dict.fromkeys(wanted) if one in known]
    found: dict[str, Panel] = {}
    for one in wanted:
        base = side(one)[0].casefold()
        if one in known and base not in found:
            found[base] = _pair(one, [other for other in sorted(known) if side(other)[0].casefold() == base])
    return list(found.values())


def _pair(metric: str, several: Sequence[str]) -> Panel:
    sides = {one: side(one)[1] for one in several}
    if len(several) == 1 or "validation" not in sides.values():
        return Panel(metric if len(several) == 1 else side(metric)[0], tuple(sides.items()))
    # Keras calls the training's side of val_loss plainly loss
    roles: list[tuple[str, Role]] = [(one, role or "training") for one, role in sides.items()]
    return Panel(side(metric)[0], tuple(sorted(roles, key=lambda one: one[1], reverse=True)))


def _rank(metric: str) -> int:
    base = side(metric)[0].casefold().replace(" ", "_").replace("-", "_")
    return next((at for at, name in enumerate(_FIRST) if base == name), len(_FIRST))
