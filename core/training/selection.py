"""Which of a data set's slices a recipe uses, and in which fold each is."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.config.params import Params
from core.data.dealing import folds as deal
from core.data.manifest import Row
from core.data.sources import only_learnt
from core.data.split import PARTS, leaks
from core.errors import DataError


def select(rows: Sequence[Row], params: Params) -> list[Row]:
    """Every nth slice of each series, from the first source or from all.

    Neighbours in a series are nearly the same picture, so the rest would cost time and tell little.
    A correction was chosen by a person, and all of them are used.

    Args:
        rows: The whole manifest.
        params: The recipe.
    """
    main = primary(rows)
    corrections = _only_learnt(rows)
    seen: Counter[tuple[str, str]] = Counter()
    chosen = []
    for row, mine, corrected in zip(rows, main, corrections, strict=True):
        if mine or params.training.extra_sources:
            key = (row.series, row.source_split)
            chosen += [row] if corrected or seen[key] % params.training.every == 0 else []
            seen[key] += 1
    return chosen


def primary(rows: Sequence[Row]) -> NDArray[np.bool_]:
    """(N,) True for slices that figures are taken on: of several sources, the first.

    A source's own train and test folders are no sources of their own. Corrections are none that
    figures are taken on: a person chose them because of what a model said.
    """
    corrections = _only_learnt(rows)
    sources = {row.source_split for row in rows if _is_source(row)}
    names = sorted(name for name in sources if not only_learnt(name))
    main = [not _is_source(row) or row.source_split in names[:1] for row in rows]
    return np.array(main, bool) & ~corrections


def _only_learnt(rows: Sequence[Row]) -> NDArray[np.bool_]:
    return np.array([only_learnt(row.path.split("/")[1]) for row in rows], bool)


NEVER = -1
"""The fold of slices that are never held out."""


def folds(rows: Sequence[Row], params: Params) -> NDArray[np.intp]:
    """(N,) fold of each slice: the manifest's own; `NEVER` for blocks that are only trained on.

    Of train, val and test, test is fold 0 and the rest is dealt by patient block. A manifest that
    leaks is dealt anew by patient block: a grouped figure is never taken on it.

    Raises:
        DataError: There are too few patient blocks, of all or of a class.
    """
    if leaks(rows):
        return dealt_anew(rows, params.split.folds, params.split.seed)
    if rows[0].split in PARTS:
        rest = np.array([row.split != "test" for row in rows])
        dealt = np.zeros(len(rows), np.intp)
        some = [row for row, kept in zip(rows, rest, strict=True) if kept]
        dealt[rest] = 1 + _deal(some, params.split.folds - 1, params.split.seed)
    else:
        dealt = np.array([int(row.split) for row in rows], np.intp)
    return _checked(rows, dealt)


def dealt_anew(rows: Sequence[Row], count: int, seed: int) -> NDArray[np.intp]:
    """(N,) fold of each slice, whole patient blocks, whatever the manifest says.

    Raises:
        DataError: There are too few patient blocks, of all or of a class.
    """
    return _checked(rows, _deal(rows, count, seed))


def _deal(rows: Sequence[Row], count: int, seed: int) -> NDArray[np.intp]:
    labels, groups = [row.label for row in rows], [row.group for row in rows]
    return deal(labels, groups, count, seed, primary(rows).tolist())


def _checked(rows: Sequence[Row], dealt: NDArray[np.intp]) -> NDArray[np.intp]:
    """Blocks that no figure is taken on need never be held out: they only help to train."""
    tested = {row.group for row, mine in zip(rows, primary(rows), strict=True) if mine}
    found = np.where([row.group in tested for row in rows], dealt, NEVER)
    _every_class_is_left(np.array([row.label for row in rows]), found)
    return found


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
