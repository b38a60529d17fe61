"""What a model answered on held-out slices, one row a slice: the ground that runs are compared on."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError

FILE: Final = "answers.csv"
"""Its name among a run's artefacts, and beside the shipped bundle's files."""
PACKED: Final = f"{FILE}.gz"
"""The same beside a bundle that ships."""
DIGITS: Final = 6
"""Of a probability in it."""
_FIRST: Final = ("split", "dealing", "slice", "group", "label")


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Held-out answers of one split.

    Attributes:
        labels: Class names in the model's order.
        slices: (N,) SHA-256 (hex) of each slice's file.
        groups: (N,) the patient block of each.
        truth: (N,) class numbers.
        probabilities: (N, K), calibrated.
        dealing: (N,) which dealing of the folds an answer is of; all 0 where there was one. A slice
            is there once a dealing.
    """

    labels: tuple[str, ...]
    slices: NDArray[np.str_]
    groups: NDArray[np.str_]
    truth: NDArray[np.intp]
    probabilities: NDArray[np.float64]
    dealing: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.slices)

    @property
    def times(self) -> int:
        """How many dealings there were; 1 where there are no answers."""
        return max(1, len(np.unique(self.dealing)))

    @property
    def given(self) -> NDArray[np.intp]:
        """(N,) the most probable class's number."""
        return np.asarray(self.probabilities.argmax(axis=1), np.intp)


def render(several: Mapping[str, Answers], digits: int = DIGITS) -> str:
    """Answers as CSV.

    Args:
        several: By split, as `core.evaluation.report` names them; all of the same classes.
        digits: Places of a probability.

    Returns:
        Columns ``split, dealing, slice, group, label`` and a probability for each class.

    Raises:
        ValueError: There are none, or they are of different classes.
    """
    labels = {one.labels for one in several.values()}
    if len(labels) != 1:
        raise ValueError("several must be answers of the same classes, and not empty")
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*_FIRST, *labels.pop()])
    for split, one in several.items():
        shown = np.char.mod(f"%.{digits}f", one.probabilities)
        truth = [one.labels[at] for at in one.truth.tolist()]
        writer.writerows(
            (split, dealing, slice_, group, label, *chances)
            for dealing, slice_, group, label, chances in zip(
                one.dealing.tolist(),
                one.slices.tolist(),
                one.groups.tolist(),
                truth,
                shown.tolist(),
                strict=True,
            )
        )
    return out.getvalue()


def parse(text: str) -> dict[str, Answers]:
    """Answers from CSV, by split.

    Raises:
        DataError: It is no such table.
    """
    try:
        head, *body = csv.reader(io.StringIO(text, newline=""), strict=True)
        labels = tuple(head[len(_FIRST) :])
        if tuple(head[: len(_FIRST)]) != _FIRST or len(set(labels)) < 2 or len(set(labels)) < len(labels):
            raise ValueError("columns")
        # a column at a time: of 60,000 rows a row at a time takes seconds
        columns = list(zip(*body, strict=True)) if body else [()] * len(head)
        if len(columns) != len(head):
            raise ValueError("columns")
        return _splits(columns, labels)
    except (ValueError, KeyError, csv.Error):
        raise DataError("The run's answers can't be read: they are no table of answers.", "answers") from None


def _splits(columns: Sequence[Sequence[str]], labels: tuple[str, ...]) -> dict[str, Answers]:
    splits, dealing, slices, groups, truth = columns[: len(_FIRST)]
    chances = np.array(columns[len(_FIRST) :], np.float64).T
    if not ((chances >= 0) & (chances <= 1)).all():
        raise ValueError("probabilities")
    number = {label: at for at, label in enumerate(labels)}
    whole = Answers(
        labels,
        np.array(slices, np.str_),
        np.array(groups, np.str_),
        np.array([number[label] for label in truth], np.intp),
        chances,
        np.array(dealing, np.intp),
    )
    where = np.array(splits, np.str_)
    return {name: _some(whole, where == name) for name in dict.fromkeys(splits)}


def _some(whole: Answers, kept: NDArray[np.bool_]) -> Answers:
    return Answers(
        whole.labels,
        whole.slices[kept],
        whole.groups[kept],
        whole.truth[kept],
        whole.probabilities[kept],
        whole.dealing[kept],
    )
