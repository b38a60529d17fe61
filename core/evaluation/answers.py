"""What a model answered on held-out slices, one row a slice: the ground that runs are compared on."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError

FILE: Final = "answers.csv"
"""Its name among a run's artefacts."""
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
    def given(self) -> NDArray[np.intp]:
        """(N,) the most probable class's number."""
        return np.asarray(self.probabilities.argmax(axis=1), np.intp)


def render(several: dict[str, Answers]) -> str:
    """Answers as CSV.

    Args:
        several: By split, as `core.evaluation.report` names them; all of the same classes.

    Returns:
        Columns ``split, dealing, slice, group, label`` and a probability for each class.
    """
    out = io.StringIO(newline="")
    labels = next(iter(several.values())).labels
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*_FIRST, *labels])
    for split, one in several.items():
        for at in range(len(one)):
            writer.writerow([
                split, one.dealing[at], one.slices[at], one.groups[at], labels[one.truth[at]],
                *(f"{value:.6f}" for value in one.probabilities[at]),
            ])  # fmt: skip
    return out.getvalue()


def parse(text: str) -> dict[str, Answers]:
    """Answers from CSV, by split.

    Raises:
        DataError: It is no such table.
    """
    try:
        rows = list(csv.reader(io.StringIO(text, newline="")))
        head, body = rows[0], rows[1:]
        labels = tuple(head[len(_FIRST) :])
        if tuple(head[: len(_FIRST)]) != _FIRST or len(labels) < 2:
            raise ValueError("columns")
        splits = dict.fromkeys(row[0] for row in body)
        return {split: _split([row for row in body if row[0] == split], labels) for split in splits}
    except (ValueError, IndexError, csv.Error):
        raise DataError("The run's answers can't be read: they are no table of answers.", "answers") from None


def _split(rows: Sequence[Sequence[str]], labels: tuple[str, ...]) -> Answers:
    first = len(_FIRST)
    chances = np.array([[float(value) for value in row[first:]] for row in rows], np.float64)
    if chances.shape != (len(rows), len(labels)) or not np.isfinite(chances).all():
        raise ValueError("probabilities")
    return Answers(
        labels,
        np.array([row[2] for row in rows]),
        np.array([row[3] for row in rows]),
        np.array([labels.index(row[4]) for row in rows], np.intp),
        chances,
        np.array([int(row[1]) for row in rows], np.intp),
    )
