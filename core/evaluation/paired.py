"""How much better a second model is than a first on the same slices, and whether that is more than chance.

Patient blocks are drawn with replacement, whole, and for both models at once: what a draw makes hard for
one it makes hard for the other, so their difference scatters less than two figures on their own would
(paired percentile bootstrap, Efron and Tibshirani 1993, chapters 13 and 16; whole blocks as in
`core.evaluation.metrics.bootstrap`).
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError
from core.evaluation.additive import TABLE, Additive
from core.evaluation.answers import Answers
from core.evaluation.metrics import RESAMPLES, Interval

Floats = NDArray[np.float64]
Whole = NDArray[np.integer]
FIGURES: Final = tuple(TABLE)


def difference(
    truth: Whole,
    first: NDArray[np.number],
    second: NDArray[np.number],
    groups: Sequence[str] | NDArray[np.str_],
    figure: str,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Interval:
    """A figure of the second model less that of the first, with its 95 % interval over patient blocks.

    Args:
        truth: (N,) class numbers. A slice may be there several times, once a dealing of the folds.
        first: Of the first model, (N,) answered class numbers or (N, K) probabilities.
        second: Of the second one, the same.
        groups: (N,) the patient block of each.
        figure: One of `FIGURES`; "ece", "brier" and "log_loss" need probabilities.
        seed: Of the draws.
        resamples: How many.

    Raises:
        ValueError: An argument has another shape, or the figure is unknown or needs probabilities.
    """
    truth, names = np.asarray(truth, np.intp), np.asarray(groups)
    several = [np.asarray(first), np.asarray(second)]
    if not len(truth) or any(len(one) != len(truth) for one in (*several, names)):
        raise ValueError("truth, first, second and groups must be as long as each other, and not empty")
    if any(one.ndim not in ((2,) if _of(figure).probabilities else (1, 2)) for one in several):
        raise ValueError(f"first and second must be (N, K) for {figure}, or (N,) where classes are enough")
    classes = _classes(truth, *several)
    block = np.unique(names, return_inverse=True)[1]
    evenly = np.ones(len(truth))
    return _drawn(
        [(truth, _chances(one, classes), block, evenly) for one in several], figure, seed, resamples
    )


def between(
    first: Answers, second: Answers, figure: str, seed: int = 0, resamples: int = RESAMPLES
) -> Interval:
    """As `difference`, of two runs' answers, on the slices that both were asked about.

    A slice that one of them answered several times, once a dealing, counts once: by the mean.

    Args:
        first: Of the first model.
        second: Of the second one, of the same classes in any order. Patient blocks are the first's.
        figure: One of `FIGURES`.
        seed: Of the draws.
        resamples: How many.

    Raises:
        DataError: They have no slice in common (code "nothing-common"), or other classes
            ("other-classes"), or don't agree what a slice shows ("other-labels").
        ValueError: The figure is unknown.
    """
    return _drawn(_sides(first, second), figure, seed, resamples)


def each(first: Answers, second: Answers, figure: str) -> tuple[float, float]:
    """A figure of each of two models, on the slices that both were asked about; as `between` has them.

    Raises:
        DataError: As `between`.
        ValueError: The figure is unknown.
    """
    before, after = (_whole(one, figure) for one in _sides(first, second))
    return before, after


def beyond_chance(found: Interval) -> bool:
    """Whether a difference's 95 % interval leaves out 0."""
    return found.low > 0.0 or found.high < 0.0


_Side = tuple[Whole, Floats, Whole, Floats]
"""A model's rows: truth (N,), probabilities (N, K), block numbers (N,), weights (N,)."""


def _sides(first: Answers, second: Answers) -> list[_Side]:
    common = np.intersect1d(first.slices, second.slices)
    _fit(first, second, common)
    names = dict(zip(first.slices.tolist(), first.groups.tolist(), strict=True))
    numbers = {name: at for at, name in enumerate(sorted({names[one] for one in common.tolist()}))}
    return [_side(one, common, names, numbers, first.labels) for one in (first, second)]


def _whole(side: _Side, figure: str) -> float:
    kind, (truth, found, _, evenly) = _of(figure), side
    sums = (kind.parts(truth, found) * evenly[:, None]).sum(axis=0, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(kind.of(sums)[0])


def _drawn(sides: Sequence[_Side], figure: str, seed: int, resamples: int) -> Interval:
    kind = _of(figure)
    blocks = 1 + max(int(block.max()) for _, _, block, _ in sides)
    sums = [
        _by_block(kind.parts(truth, found), block, evenly, blocks) for truth, found, block, evenly in sides
    ]
    times = _times(blocks, seed, resamples)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = kind.of(times @ sums[1]) - kind.of(times @ sums[0])
        whole = [float(kind.of(one.sum(axis=0, keepdims=True))[0]) for one in sums]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return Interval(whole[1] - whole[0], float(low), float(high))


def _times(blocks: int, seed: int, resamples: int) -> Floats:
    """(R, G): how often each draw has each block."""
    drawn = np.random.default_rng(seed).integers(0, blocks, (resamples, blocks))
    flat = drawn + blocks * np.arange(resamples)[:, None]
    return np.bincount(flat.ravel(), minlength=resamples * blocks).reshape(resamples, blocks).astype(float)


def _by_block(parts: Floats, block: Whole, evenly: Floats, blocks: int) -> Floats:
    """(G, D) sums of (N, D) over the slices of each block."""
    sums = np.zeros((blocks, parts.shape[1]))
    np.add.at(sums, block, parts * evenly[:, None])
    return sums


def _of(figure: str) -> Additive:
    if figure not in TABLE:
        raise ValueError(f"figure must be one of {', '.join(TABLE)}, not {figure!r}")
    return TABLE[figure]


def _classes(truth: Whole, *several: NDArray[np.number]) -> int:
    """How many there are, so far as can be told."""
    told = [one.shape[1] if one.ndim == 2 else 1 + int(one.max(initial=0)) for one in several]
    return max([1 + int(truth.max(initial=0)), *told])


def _chances(given: NDArray[np.number], classes: int) -> Floats:
    """(N, K): one-hot for answered classes, with columns of 0 for classes that a model doesn't know."""
    if given.ndim == 1:
        return np.eye(classes)[given.astype(np.intp)]
    return np.pad(np.asarray(given, np.float64), ((0, 0), (0, classes - given.shape[1])))


def _fit(first: Answers, second: Answers, common: NDArray[np.str_]) -> None:
    if set(first.labels) != set(second.labels):
        raise DataError(
            "The two models answer with other classes, so they can't be compared.", "other-classes"
        )
    if not len(common):
        raise DataError("The two models were asked about no slice in common.", "nothing-common")
    shown = [
        dict(zip(one.slices.tolist(), np.array(one.labels)[one.truth].tolist(), strict=True))
        for one in (first, second)
    ]
    if any(shown[0][one] != shown[1][one] for one in common.tolist()):
        raise DataError(
            "The two models were measured with other labels for the same slices: the data set's "
            "labels were changed in between. Measure both again.",
            "other-labels",
        )


def _side(
    one: Answers,
    common: NDArray[np.str_],
    names: Mapping[str, str],
    numbers: Mapping[str, int],
    labels: Sequence[str],
) -> _Side:
    kept = np.flatnonzero(np.isin(one.slices, common))
    slices = one.slices[kept]
    _, at, often = np.unique(slices, return_inverse=True, return_counts=True)
    order = [one.labels.index(label) for label in labels]
    place = np.argsort(order)
    block = np.array([numbers[names[name]] for name in slices.tolist()], np.intp)
    return place[one.truth[kept]], one.probabilities[kept][:, order], block, 1.0 / often[at]
