"""Which of a data set's slices a recipe uses, and in which fold each is."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.config.params import Params
from core.data.dealing import folds as deal
from core.data.manifest import Row
from core.data.split import PARTS, leaks
from core.errors import DataError


def select(rows: Sequence[Row], params: Params) -> list[Row]:
    """Every nth slice of each series, from the first source or from all.

    Neighbours in a series are nearly the same picture, so the rest would cost time and tell little.

    Args:
        rows: The whole manifest.
        params: The recipe.
    """
    main = primary(rows)
    seen: Counter[tuple[str, str]] = Counter()
    chosen = []
    for row, mine in zip(rows, main, strict=True):
        if mine or params.training.extra_sources:
            key = (row.series, row.source_split)
            chosen += [row] if seen[key] % params.training.every == 0 else []
            seen[key] += 1
    return chosen


def primary(rows: Sequence[Row]) -> NDArray[np.bool_]:
    """(N,) True for slices that figures are taken on: of several sources, the first.

    A source's own train and test folders are no sources of their own.
    """
    sources = sorted({row.source_split for row in rows if _is_source(row)})
    return np.array([not _is_source(row) or row.source_split == sources[0] for row in rows], bool)


def folds(rows: Sequence[Row], params: Params) -> NDArray[np.intp]:
    """(N,) fold of each slice: the manifest's own.

    Of train, val and test, test is fold 0 and the rest is dealt by patient block. A manifest that
    leaks is dealt anew by patient block: a grouped figure is never taken on it.

    Raises:
        DataError: There are too few patient blocks, of all or of a class.
    """
    labels = [row.label for row in rows]
    groups = [row.group for row in rows]
    count, seed, counted = params.split.folds, params.split.seed, primary(rows)
    if leaks(rows):
        dealt = deal(labels, groups, count, seed, counted.tolist())
    elif rows[0].split in PARTS:
        rest = np.array([row.split != "test" for row in rows])
        some = [at for at, kept in enumerate(rest) if kept]
        dealt = np.zeros(len(rows), np.intp)
        dealt[rest] = 1 + deal(
            [labels[at] for at in some], [groups[at] for at in some], count - 1, seed, counted[rest].tolist()
        )
    else:
        dealt = np.array([int(row.split) for row in rows], np.intp)
    _every_class_is_left(np.array(labels), dealt)
    return dealt


def _every_class_is_left(labels: NDArray[np.str_], dealt: NDArray[np.intp]) -> None:
    """See that without any one fold every class can still be learnt."""
    for label in np.unique(labels):
        if len(np.unique(dealt[labels == label])) < 2:
            raise DataError(
                f"All slices of {label} seem to be of one patient block, so nothing is left to learn it from "
                "while they are tested. Add slices of other patients.",
                "too-few-groups",
            )


def _is_source(row: Row) -> bool:
    """Whether a row's source is a folder that ingest made for one of several sources."""
    return bool(row.source_split) and row.path.split("/")[1] == row.source_split
