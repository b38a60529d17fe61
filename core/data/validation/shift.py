"""Can a class be told by one number about its pictures, such as their contrast or width, and no tissue?

A model finds such a shortcut before it finds a lesion (Torralba and Efros, "Unbiased look at dataset
bias", CVPR 2011; Geirhos et al., "Shortcut learning in deep neural networks", Nature Machine
Intelligence 2020). The test is one threshold, one class against the rest. It is chosen on some
patient blocks and judged on others, and every block counts the same however many slices it has:
else a class of few patients would look special just because its patients are few. Where a class has
fewer than three blocks this can't be judged, and nothing is claimed.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.data.catalog import Slice
from core.data.validation.report import Shift, Spread, What

BOUND = 0.8
"""Balanced accuracy from which on a class counts as told by one number.

Measured: normal of the public chest set is at 0.90 by contrast and 0.84 by brightness; Normal of
`kidney-ct.zip` comes close, at 0.79 by contrast; no other class of these is above 0.72.
Classes that differ in nothing but their patients pass it in 1 to 2 of 100 trials with three or four
blocks, in less than 1 with six.
"""
FEWEST_BLOCKS = 3
FOLDS = 5
Numbers = Mapping[What, NDArray[np.float64]]


def numbers(slices: Sequence[Slice]) -> Numbers:
    """What is looked at: (N,) of each."""
    found: dict[What, list[float]] = {
        "brightness": [one.mean for one in slices],
        "contrast": [one.spread for one in slices],
        "width": [one.width for one in slices],
        "height": [one.height for one in slices],
        "aspect": [one.width / one.height for one in slices],
        "bits": [one.bits for one in slices],
    }
    return {what: np.array(values, np.float64) for what, values in found.items()}


def spreads(slices: Sequence[Slice], labels: Sequence[str]) -> tuple[Spread, ...]:
    """Quartiles of every number in every class."""
    label = np.asarray(labels, str)
    found = []
    for what, values in numbers(slices).items():
        for name in np.unique(label).tolist():
            least, low, middle, high, most = np.percentile(values[label == name], (0, 25, 50, 75, 100))
            quartiles = tuple(round(float(one), 3) for one in (least, low, middle, high, most))
            found.append(Spread(what=what, label=name, quartiles=quartiles))
    return tuple(found)


def shifts(slices: Sequence[Slice], labels: Sequence[str]) -> tuple[Shift, ...]:
    """Classes told by one number, worst first.

    Of two classes only the first is asked for: what tells it tells the other.

    Args:
        slices: N of them.
        labels: Their classes.
    """
    label, group = np.asarray(labels, str), np.asarray([one.group for one in slices], str)
    names = np.unique(label).tolist()
    found = []
    for name in names[:1] if len(names) == 2 else names:
        one = label == name
        if len(names) < 2 or fewest_blocks(one, group) < FEWEST_BLOCKS:
            continue
        for what, values in numbers(slices).items():
            right = held_out(values, one, group)
            if right >= BOUND:
                found.append(_shift(what, name, right))
    return tuple(sorted(found, key=lambda one: (-one.balanced_accuracy, one.label, one.what)))


def fewest_blocks(one: NDArray[np.bool_], group: NDArray[np.str_]) -> int:
    """How many patient blocks a class has, or the rest where that is fewer."""
    return min(len(np.unique(group[one])), len(np.unique(group[~one])))


def held_out(values: NDArray[np.float64], one: NDArray[np.bool_], group: NDArray[np.str_]) -> float:
    """Balanced accuracy of a threshold on blocks that it was not chosen on.

    Args:
        values: (N,).
        one: (N,) true for slices of the class.
        group: (N,) patient blocks; at least two with slices of the class and two with others.

    Returns:
        0..1, every block of the same weight; 0.5 for a number that tells nothing.
    """
    if np.ptp(values) == 0:
        return 0.5
    weight, fold = _weights(one, group), _folds(one, group)
    right = 0.0
    for part in range(int(fold.max()) + 1):
        test = fold == part
        cut, below = threshold(values[~test], one[~test], _weights(one[~test], group[~test]))
        right += float(weight[test & (((values <= cut) == below) == one)].sum())
    return round(right, 3)


def inside(values: NDArray[np.float64], one: NDArray[np.bool_]) -> float:
    """Balanced accuracy of a threshold on the very slices it was chosen on, each of the same weight.

    Args:
        values: (N,).
        one: (N,) true for slices of the class; there are such and others.
    """
    weight = np.where(one, 0.5 / one.sum(), 0.5 / (~one).sum())
    cut, below = threshold(values, one, weight)
    return round(float(weight[((values <= cut) == below) == one].sum()), 3)


def threshold(
    values: NDArray[np.float64], one: NDArray[np.bool_], weight: NDArray[np.float64]
) -> tuple[float, bool]:
    """The cut that sets a class apart best.

    Args:
        values: (N,).
        one: (N,) true for slices of the class.
        weight: (N,) of each slice; the class and the rest sum to the same.

    Returns:
        The cut, half way between two values, and whether the class lies at or below it.
    """
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    gain = np.cumsum(np.where(one, weight, -weight)[order])
    cuts = np.flatnonzero(np.diff(ranked))
    if not len(cuts):
        return float("inf"), True
    best = int(cuts[np.argmax(np.abs(gain[cuts]))])
    return float(ranked[best] + ranked[best + 1]) / 2, bool(gain[best] > 0)


def _weights(one: NDArray[np.bool_], group: NDArray[np.str_]) -> NDArray[np.float64]:
    """(N,) that sum to a half over the class and a half over the rest, blocks alike within each."""
    weight = np.zeros(len(one))
    for side in (one, ~one):
        _, block, size = np.unique(group[side], return_inverse=True, return_counts=True)
        weight[side] = 0.5 / (len(size) * size[block])
    return weight


def _folds(one: NDArray[np.bool_], group: NDArray[np.str_]) -> NDArray[np.intp]:
    """(N,) fold of each slice; blocks whole, both sides in every fold.

    Blocks of both sides are dealt first, in turn, then those of either from where they ended: so the
    blocks of each side lie in consecutive hands, and no fold goes without.
    """
    _, block = np.unique(group, return_inverse=True)
    size = np.bincount(block)
    share = np.bincount(block, one) / size
    both = np.flatnonzero((share > 0) & (share < 1))
    fold = np.zeros(len(size), np.intp)
    count = min(FOLDS, fewest_blocks(one, group))
    for side in (np.flatnonzero(share == 1), np.flatnonzero(share == 0)):
        order = np.concatenate([both, side[np.argsort(-size[side], kind="stable")]])
        fold[order] = np.arange(len(order)) % count
    return fold[block]


def _shift(what: What, label: str, right: float) -> Shift:
    sentence = (
        f"{label} can be told from the rest by its {NAMES[what]} alone: one threshold is right for "
        f"{100 * right:.0f} % of slices of patients it was not chosen on (50 % is chance)."
    )
    return Shift(what=what, label=label, balanced_accuracy=right, sentence=sentence)


NAMES: Mapping[What, str] = {
    "brightness": "brightness",
    "contrast": "contrast",
    "width": "width",
    "height": "height",
    "aspect": "aspect ratio",
    "bits": "bit depth",
}
"""As a sentence calls them."""
