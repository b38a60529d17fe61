"""Which slices of a data set show the same picture, and where that crosses classes or splits."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np

from core.data.catalog import Slice
from core.data.validation.report import MOST_SETS, Duplicates

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Copies:
    """What is found twice.

    A picture is a set of equal files. Crossing sets hold only slices that are themselves equal or
    near equal to one on the other side, not all that hang together by way of others.

    Attributes:
        exact: Equal files, one set a picture, the largest first.
        near: Slices that hang together by near-equal pairs, not all equal; the largest first, at most 200.
        near_sets: How many of these there are.
        near_pairs: Near-equal pairs of files that are not equal.
        conflicts: Slices of several classes, equal ones or near.
        crossing: Slices in several of one source's own splits, equal ones or near; at most 200 sets.
        crossing_pictures: How many pictures lie in several of one source's own splits as equal files.
        crossing_exact: How many slices have an equal one in another of their source's own splits.
        crossing_near: How many have an equal or near-equal one there.
    """

    exact: tuple[Duplicates, ...]
    near: tuple[Duplicates, ...]
    near_sets: int
    near_pairs: int
    conflicts: tuple[Duplicates, ...]
    crossing: tuple[Duplicates, ...]
    crossing_pictures: int
    crossing_exact: int
    crossing_near: int

    @property
    def spare(self) -> int:
        """Equal files beyond the first of each picture."""
        return sum(len(one.paths) - 1 for one in self.exact)


def find(slices: Sequence[Slice], labels: Sequence[str], twins: Sequence[Pair]) -> Copies:
    """Look for copies.

    Args:
        slices: N of them.
        labels: Their classes.
        twins: Rows of slices that are the same picture but for compression.
    """
    files = [one.sha256 for one in slices]
    close = [(a, b) for a, b in twins if files[a] != files[b]]
    equal = [rows for rows in _by(range(len(slices)), files) if len(rows) > 1]
    chains = [pair for rows in equal for pair in pairwise(rows)]
    near = [rows for rows in _joined([*close, *chains]) if len({files[row] for row in rows}) > 1]
    conflicts = _across(close, equal, labels, [""] * len(slices))
    splits, sources = [one.own_split for one in slices], [one.source for one in slices]
    crossing_equal = _across([], equal, splits, sources)
    crossing = _across(close, equal, splits, sources)

    def shown(sets: Sequence[Sequence[int]]) -> tuple[Duplicates, ...]:
        ordered = sorted(sets, key=lambda rows: (-len(rows), rows[0]))
        return tuple(_shown([slices[row] for row in rows], [labels[row] for row in rows]) for rows in ordered)

    return Copies(
        exact=shown(equal),
        near=shown(near)[:MOST_SETS],
        near_sets=len(near),
        near_pairs=len(close),
        conflicts=shown(_joined(conflicts)),
        crossing=shown(_joined(crossing))[:MOST_SETS],
        crossing_pictures=len(_joined(crossing_equal)),
        crossing_exact=len(set(chain.from_iterable(crossing_equal))),
        crossing_near=len(set(chain.from_iterable(crossing))),
    )


def _shown(slices: Sequence[Slice], labels: Sequence[str]) -> Duplicates:
    return Duplicates(
        paths=tuple(one.path for one in slices),
        labels=tuple(labels),
        splits=tuple(one.own_split for one in slices),
    )


def _by(rows: Iterable[int], keys: Sequence[str]) -> list[list[int]]:
    """Rows of equal keys together, in the order of their first."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        found[keys[row]].append(row)
    return list(found.values())


def _across(
    close: Iterable[Pair], equal: Iterable[Sequence[int]], sides: Sequence[str], scopes: Sequence[str]
) -> list[Pair]:
    """Pairs of one scope whose ends lie on different sides; a slice without a side crosses nothing.

    Of equal files, just enough pairs that each with one on the other side is in one of them: their
    number grows with that of the files, not with its square.
    """
    found = [
        (a, b) for a, b in close if scopes[a] == scopes[b] and sides[a] and sides[b] and sides[a] != sides[b]
    ]
    for rows in equal:
        for here in _by((row for row in rows if sides[row]), scopes):
            parts = _by(here, sides)
            found += [(parts[0][0], row) for part in parts[1:] for row in part]
            found += [(row, parts[1][0]) for row in parts[0][1:] if len(parts) > 1]
    return found


def _joined(pairs: Sequence[Pair]) -> list[list[int]]:
    """What hangs together by pairs: connected components of more than one row, each in order."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not pairs:
        return []
    rows, ends = np.unique(np.asarray(pairs), return_inverse=True)
    first, second = ends.reshape(-1, 2).T
    graph = coo_array((np.ones(len(pairs), np.int8), (first, second)), shape=(len(rows), len(rows)))
    _, part = connected_components(graph, directed=False)
    order = np.argsort(part, kind="stable")
    return [one.tolist() for one in np.split(rows[order], np.flatnonzero(np.diff(part[order])) + 1)]
