"""Which slices are one acquisition and which one patient, inferred from the pictures.

Public sets carry no patient ids, but their files are numbered in scan order. Neighbours of one
acquisition look almost the same, so a run of numbers ends where two neighbours don't. Runs that
share a near-identical slice are one series; series that share near-twins are one patient's, wherever
they lie. Radiologists' exports go axial, then coronal, patient
by patient: a new patient block starts where an axial run follows one of another plane, or after a
hole in the numbers, where another patient's slices may have been. This errs
towards merging, which costs a split balance but never lets it leak. Where a class shows one plane
only, nothing tells where a patient ends, and each series stands for itself. Folders below those of the
classes have their numbers to themselves; one that holds others is taken for a patient's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data import likeness, plane
from core.data.likeness import Look

CUT = 0.85
"""Neighbours that correlate less belong to two acquisitions."""
HOLE = 20
"""So many numbers missing between two neighbours may be another patient's slices."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a slice stands in its source's order.

    Attributes:
        label: Its class; sequences never cross classes.
        stem: What its file name shares with its neighbours'.
        number: Its number in the sequence.
        series: Which DICOM series it is of, where its file says so.
        patient: Whose it is, where its file says so.
        folder: The folder that holds its series' folder, below that of its class; empty without one.
        alone: Whether it stands in no order: then nothing is told of others from where it stands.
    """

    label: str
    stem: str
    number: float
    series: str | None = None
    patient: str | None = None
    folder: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """The answer, in the order of the question.

    Attributes:
        series: A name per slice, ``S0000`` and up.
        blocks: A name per slice, ``P000`` and up.
        planes: ``axial``, ``coronal`` or ``sagittal`` per slice, equal within a run.
        twins: (P, 2) slices that are the same picture but for compression.
    """

    series: list[str]
    blocks: list[str]
    planes: list[str]
    twins: NDArray[np.int32]


def infer(places: Sequence[Place], looks: Sequence[Look]) -> Groups:
    """Group slices.

    What files say of series and patient is believed; what they don't say is inferred.

    Args:
        places: Per slice.
        looks: Per slice, from `core.data.likeness.look`.
    """
    order = sorted(range(len(places)), key=lambda i: (places[i].label, places[i].stem, places[i].number, i))
    units = likeness.units([looks[i] for i in order])
    hashes = np.array([looks[i].hash for i in order], np.uint64)
    starts = _starts([places[i] for i in order], units)
    run = np.cumsum(starts) - 1
    planes = _planes(np.stack([looks[i].thumbnail for i in order]), run)
    series, blocks = _Union(int(run[-1]) + 1), _Union(int(run[-1]) + 1)
    twins = likeness.twins(units, hashes)
    same_series = _alike(run, [places[i].series for i in order])
    for first, second in (*np.unique(run[twins], axis=0).tolist(), *same_series):
        series.join(first, second)
        blocks.join(first, second)
    for first, second in _alike(run, [places[i].patient for i in order]):
        blocks.join(first, second)
    small = likeness.small_units([looks[i] for i in order])
    for rows, columns in likeness.alike(small, likeness.TWIN):
        for first, second in np.unique(np.stack([run[rows], run[columns]], axis=1), axis=0).tolist():
            blocks.join(first, second)
    mixed = _mixed([places[i] for i in order], run, planes)
    for index in np.flatnonzero(starts)[1:]:
        one, other = places[order[index]], places[order[index - 1]]
        told = one.patient is not None and other.patient is not None
        near = not (one.alone or other.alone) and one.stem == other.stem and one.number - other.number <= HOLE
        same = one.label in mixed and one.label == other.label and near and not told
        before, after = int(run[index - 1]), int(run[index])
        one_folder = one.folder and (one.label, one.folder) == (other.label, other.folder) and not told
        if one_folder or (same and not (planes[after] == "axial" and planes[before] != "axial")):
            blocks.join(before, after)
    back = np.argsort(order)
    return Groups(
        [f"S{series.number(int(run[i])):04d}" for i in back],
        [f"P{blocks.number(int(run[i])):03d}" for i in back],
        [planes[int(run[i])] for i in back],
        np.sort(np.array(order, np.int32)[twins], axis=1),
    )


def _starts(places: Sequence[Place], units: NDArray[np.float32]) -> NDArray[np.bool_]:
    """True where a run begins."""
    alike = (units[1:] * units[:-1]).sum(axis=1) >= CUT
    kin = [
        (a.label, a.stem, a.series, a.patient) == (b.label, b.stem, b.series, b.patient)
        for a, b in zip(places[1:], places[:-1], strict=True)
    ]
    return np.concatenate([[True], ~(alike & np.array(kin, bool))])


def _alike(run: NDArray[np.intp], told: Sequence[str | None]) -> Iterator[tuple[int, int]]:
    """Pairs of runs of which files say the same."""
    first: dict[str, int] = {}
    for number, name in zip(run.tolist(), told, strict=True):
        if name is not None and first.setdefault(name, number) != number:
            yield first[name], number


def _planes(thumbnails: NDArray[np.uint8], run: NDArray[np.intp]) -> list[str]:
    """The plane of each run, by the median of what its slices show."""
    shown = np.stack([plane.evidence(one) for one in thumbnails])
    return [plane.name(np.median(shown[run == index], axis=0)) for index in range(int(run[-1]) + 1)]


def _mixed(places: Sequence[Place], run: NDArray[np.intp], planes: Sequence[str]) -> set[str]:
    """The classes that show axial runs and others."""
    shown = {
        (one.label, planes[int(at)] == "axial") for one, at in zip(places, run, strict=True) if not one.alone
    }
    return {label for label, _ in shown if {(label, True), (label, False)} <= shown}


class _Union:
    """Sets that merge (Tarjan's union-find), numbered in the order of their first members."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))
        self._numbers: dict[int, int] | None = None

    def root(self, item: int) -> int:
        while self._parent[item] != item:
            self._parent[item] = self._parent[self._parent[item]]
            item = self._parent[item]
        return item

    def join(self, first: int, second: int) -> None:
        low, high = sorted((self.root(first), self.root(second)))
        self._parent[high] = low

    def number(self, item: int) -> int:
        if self._numbers is None:
            roots = sorted({self.root(one) for one in range(len(self._parent))})
            self._numbers = {root: index for index, root in enumerate(roots)}
        return self._numbers[self.root(item)]
