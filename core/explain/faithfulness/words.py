"""From numbers to a level, and to sentences that a clinician reads.

The rule. A map is *poor* where it beats fewer than 60 % of random maps of like smoothness (the mean over
deletion and insertion), where it comes out differently after a change that no reader would see (least
rank correlation below 0.5), or where the method failed the randomisation check for this model. It is
*good* where it beats at least 90 %, never falls below 0.8, and isn't contradicted by the other methods
shown (mean rank correlation at least 0.2). All else is *fair*. Where the probability hardly moves
whatever is blurred (by less than 5 points), the curves can't tell: the map is fair at best.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.explain.faithfulness.checked import Checked
from core.explain.faithfulness.random_maps import beaten
from core.explain.faithfulness.values import Curves, Level, Trust, areas
from core.explain.methods import METHODS
from core.explain.values import Target
from core.percent import spoken

BEATS_GOOD: Final = 0.9
BEATS_FAIR: Final = 0.6
STABLE_GOOD: Final = 0.8
STABLE_FAIR: Final = 0.5
AGREES: Final = 0.2
SWING: Final = 0.05
HOTTEST: Final = 0.1

FLAT: Final = "This map points nowhere: nothing on the slice speaks for {target} more than the rest of it."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a map, all things taken together.

    Attributes:
        level: See this module.
        sentences: For a person, the most important one first.
    """

    level: Level
    sentences: tuple[str, ...]


def share_beaten(curves: Curves) -> float:
    """The share of random maps that a map beats, the mean over both curves, 0..1."""
    own_down, own_up = (one.area_over(curves.shares) for one in (curves.deletion, curves.insertion))
    down = beaten(own_down, areas(curves.shares, curves.deletions), lower=True)
    up = beaten(own_up, areas(curves.shares, curves.insertions), lower=False)
    return (down + up) / 2


def level(beats: float, stable: float, swing: float) -> Level:
    """The level of a map that isn't flat, from its own numbers.

    Args:
        beats: See `share_beaten`.
        stable: The least rank correlation after a change, -1..1.
        swing: Between the largest and the least probability on all curves, 0..1.
    """
    telling = swing >= SWING
    if stable < STABLE_FAIR or (telling and beats < BEATS_FAIR):
        return "poor"
    return "good" if telling and beats >= BEATS_GOOD and stable >= STABLE_GOOD else "fair"


def swing(curves: Curves) -> float:
    """How far the probability moves at all, on the map's curves and on the random ones, 0..1."""
    own = [curves.deletion.probabilities, curves.insertion.probabilities]
    every = np.concatenate([*own, curves.deletions.ravel(), curves.insertions.ravel()])
    return float(every.max() - every.min())


def sentences(target: Target, curves: Curves, stability: Mapping[str, float]) -> tuple[str, ...]:
    """What a map's own numbers say."""
    moved = swing(curves)
    if moved < SWING:
        start = spoken(curves.deletion.at(0))
        said = [
            f"Whatever is blurred, {_whose(target)} stays within {points(moved)} of {start}: the curves "
            "can't tell whether this map is right."
        ]
    else:
        said = [_deletion(target, curves), _insertion(target, curves), _beaten(curves)]
    return (*said, *([_stable(stability)] if stability else []))


def judged(trust: Trust, checked: Checked | None, with_others: float | None = None) -> Verdict:
    """A map's own numbers, the randomisation check of its method, and the other methods, together.

    Args:
        trust: The map's.
        checked: Of the method and this bundle; None where it wasn't measured.
        with_others: Mean rank correlation with the other methods shown; None where there is none.
    """
    if trust.level == "flat":
        return Verdict("flat", trust.sentences)
    found, said = trust.level, list(trust.sentences)
    if with_others is not None:
        said.append(_agreement(with_others))
        found = "fair" if found == "good" and with_others < AGREES else found
    if checked is not None and not checked.passed:
        return Verdict("poor", (check(checked), *said))
    return Verdict(found, (*said, check(checked)))


def settled(trust: Trust, checked: Checked | None) -> Trust:
    """A map's trust as it leaves the app: with what the randomisation check says of its method.

    Args:
        trust: The map's own.
        checked: Of the method and this bundle; None where it wasn't measured.
    """
    found = judged(trust, checked)
    return replace(trust, level=found.level, sentences=found.sentences)


def check(checked: Checked | None) -> str:
    """What the randomisation check says of a method."""
    if checked is None:
        return "Whether this method's maps come from what the model learned wasn't checked for this model."
    if checked.passed:
        return "With random weights in the model the map becomes another one: it comes from what was learned."
    return (
        "This method's maps hardly change when the model's weights are replaced by random ones: they can't "
        "be believed for this model."
    )


def headline(found: Level) -> str:
    """A level in a few words."""
    return {"good": "Can be believed", "fair": "With caution", "poor": "Not to be relied on",
            "flat": "No map"}[found]  # fmt: skip


def meaning(found: Level) -> str:
    """What a level is about, for who takes it for a word on the diagnosis; empty where there is no map."""
    return {
        "good": "This is what the model used; it isn't where disease is.",
        "fair": "In part this is what the model used; it isn't where disease is.",
        "poor": "What the model used may lie elsewhere; and a map is never where disease is.",
        "flat": "",
    }[found]


def points(share: float) -> str:
    """A difference of probabilities: ``"1 point"``, ``"3 points"``."""
    whole = max(1, round(100 * share))
    return f"{whole} point" if whole == 1 else f"{whole} points"


def title(method: str) -> str:
    """A method's name for a person."""
    return METHODS[method].title


def _whose(target: Target) -> str:
    return f"{target.label} (against {target.against})" if target.against else target.label


def _deletion(target: Target, curves: Curves) -> str:
    own, random = curves.deletion, _mean_at(curves.shares, curves.deletions)
    return (
        f"Blurring the hottest {spoken(HOTTEST)} of the slice takes {_whose(target)} from "
        f"{spoken(own.at(0))} to {spoken(own.at(HOTTEST))}; a random tenth takes it to {spoken(random)}."
    )


def _insertion(target: Target, curves: Curves) -> str:
    own, random = curves.insertion, _mean_at(curves.shares, curves.insertions)
    return (
        f"With only the hottest {spoken(HOTTEST)} sharp and the rest blurred, {_whose(target)} has "
        f"{spoken(own.at(HOTTEST))}; with a random tenth {spoken(random)}."
    )


def _beaten(curves: Curves) -> str:
    beats, count = spoken(share_beaten(curves)), len(curves.deletions)
    return f"On both together the map beats {beats} of {count} random maps as smooth as it is."


def _mean_at(shares: NDArray[np.float64], several: NDArray[np.float64]) -> float:
    return float(np.mean([np.interp(HOTTEST, shares, one) for one in several]))


def _stable(stability: Mapping[str, float]) -> str:
    worst = min(stability, key=lambda name: stability[name])
    value = stability[worst]
    if value >= STABLE_GOOD:
        return f"The map hardly changes when the slice is {' or '.join(list(stability)[:2])}."
    much = "changes somewhat" if value >= STABLE_FAIR else "becomes another one"
    return f"The map {much} when the slice is {worst} (rank correlation {value:.2f})."


def _agreement(value: float) -> str:
    if value >= STABLE_FAIR:
        return f"Other methods shown here point to the same places (rank correlation {value:.2f})."
    if value >= AGREES:
        return f"Other methods shown here agree in part (rank correlation {value:.2f})."
    return f"Other methods shown here point elsewhere (rank correlation {value:.2f})."
