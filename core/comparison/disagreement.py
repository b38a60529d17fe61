"""The slices on which two runs' answers differ."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.comparison.figures import unanswered
from core.comparison.loading import Details
from core.comparison.numbered import numbered
from core.config.settings import Settings
from core.data import manifest, sets
from core.errors import StudioError
from core.evaluation.answers import Answers


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A slice that two runs answer otherwise.

    Attributes:
        slice: SHA-256 (hex) of its file.
        group: Its patient block.
        truth: Its class.
        first: The first run's answer.
        second: The second's.
        first_probabilities: In the order of `Disagreements.labels`; means over the dealings of the folds.
        second_probabilities: The same.
        surety: How surely they disagree, 0..1: the smaller of what each puts on its own answer above
            what it puts on the other's.
    """

    slice: str
    group: str
    truth: str
    first: str
    second: str
    first_probabilities: tuple[float, ...]
    second_probabilities: tuple[float, ...]
    surety: float

    @property
    def winner(self) -> int | None:
        """Which of the two is right: 0 or 1, None where neither is."""
        return 0 if self.first == self.truth else 1 if self.second == self.truth else None


@dataclass(frozen=True, slots=True, eq=False)
class Disagreements:
    """All of two runs.

    Attributes:
        labels: Classes in the first run's order.
        rows: The most sure first.
        slices: That both answered.
        first_right: Of the rows, that the first answers right.
        second_right: The same.
        words: A sentence why there is nothing to compare; "" where there is.
        caution: What a person must know beside the rows, such as that folds' models gave the answers.
    """

    labels: tuple[str, ...]
    rows: tuple[Disagreement, ...]
    slices: int
    first_right: int = 0
    second_right: int = 0
    words: str = ""
    caution: str = ""


def between(first: Details, second: Details) -> Disagreements:
    """On which slices two runs answer otherwise, both without having seen the patients.

    Args:
        first: One run.
        second: The other.
    """
    one, other = first.answered(), second.answered()
    if one is None or other is None:
        return _none(f"{unanswered(first if one is None else second)} There is nothing to lay side by side.")
    if set(one.labels) != set(other.labels):
        return _none("The two runs answer with other classes.")
    first_numbers, second_numbers = numbered(one, other)
    common = np.intersect1d(first_numbers, second_numbers)
    if not len(common):
        return _none("The two runs were asked about no slice in common.")
    left = _means(one, first_numbers, common, one.labels)
    right = _means(other, second_numbers, common, one.labels)
    rows = _rows(one, np.unique(first_numbers, return_index=True)[1][common], left, right)
    return Disagreements(
        one.labels,
        rows,
        len(common),
        sum(row.winner == 0 for row in rows),
        sum(row.winner == 1 for row in rows),
        caution=caution(first, second),
    )


def caution(*several: Details) -> str:
    """What a heatmap's model has to do with the answers in the list; "" where it gave them itself."""
    folded = [one.called for one in several if one.folded]
    return of_folds(" and ".join(dict.fromkeys(folded))) if folded else ""


def of_folds(names: str) -> str:
    """The same of runs whose answers are of the folds' models.

    Args:
        names: Of these runs, as they stand in a sentence.
    """
    return (
        f"The answers of {names} come from the models of the folds, each asked about patients that it never "
        "saw. A heatmap is of the one model that was kept, which may have learnt from this slice's patient "
        "and may answer otherwise."
    )


def paths(first: Details, second: Details, settings: Settings) -> dict[str, Path]:
    """Where slices lie on this machine, by SHA-256, from both runs' data sets.

    Args:
        first: One run.
        second: The other.
        settings: Where data sets are.

    Returns:
        Empty where neither set is here.
    """
    found: dict[str, Path] = {}
    for name in dict.fromkeys((first.run.dataset, second.run.dataset)):
        try:
            folder = sets.folder(name, settings)
            found |= {row.sha256: folder / row.path for row in manifest.read(folder)}
        except StudioError:
            continue
    return found


def _none(words: str) -> Disagreements:
    return Disagreements((), (), 0, words=words)


def _means(
    found: Answers, numbers: NDArray[np.intp], common: NDArray[np.intp], labels: tuple[str, ...]
) -> NDArray[np.float64]:
    """(M, K) each common slice's mean probabilities over the dealings."""
    kept = np.isin(numbers, common)
    place = np.searchsorted(common, numbers[kept])
    sums = np.zeros((len(common), len(labels)))
    np.add.at(sums, place, found.probabilities[kept][:, [found.labels.index(label) for label in labels]])
    return np.asarray(sums / np.bincount(place, minlength=len(common))[:, None])


def _rows(
    one: Answers, own: NDArray[np.intp], left: NDArray[np.float64], right: NDArray[np.float64]
) -> tuple[Disagreement, ...]:
    """Those that differ of M slices, which are at the places `own` among the first run's."""
    a, b = left.argmax(axis=1), right.argmax(axis=1)
    at = np.arange(len(own))
    surety = np.minimum(left[at, a] - left[at, b], right[at, b] - right[at, a])
    differ = np.flatnonzero(a != b)
    return tuple(
        Disagreement(
            str(one.slices[own[number]]),
            str(one.groups[own[number]]),
            one.labels[one.truth[own[number]]],
            one.labels[a[number]],
            one.labels[b[number]],
            tuple(left[number].tolist()),
            tuple(right[number].tolist()),
            float(surety[number]),
        )
        for number in differ[np.argsort(-surety[differ], kind="stable")].tolist()
    )
