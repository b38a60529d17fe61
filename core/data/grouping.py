"""Which slices are one acquisition and which one patient, inferred from the pictures.

Public sets carry no patient ids, but their files are numbered in scan order. Neighbours of one
acquisition look almost the same, so a run of numbers ends where two neighbours don't. Runs that
share a near-identical slice are one series. Radiologists' exports go axial, then coronal, patient
by patient: a new patient block starts where an axial run follows one of another plane. This errs
towards merging, which costs a split balance but never lets it leak. Where a class shows one plane
only, nothing tells where a patient ends, and each series stands for itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data import likeness, plane
from core.data.likeness import Look

CUT = 0.85
"""Neighbours that correlate less belong to two acquisitions."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a slice stands in its source's order.

    Attributes:
        label: Its class; sequences never cross classes.
        stem: What its file name shares with its neighbours'.
        number: Its number in the sequence.
    """

    label: str
    stem: str
    number: int


@dataclass(frozen=True, slots=True)
class Groups:
    """The answer, in the order of the question.

    Attributes:
        series: A name per slice, ``S0000`` and up.
        blocks: A name per slice, ``P000`` and up.
        planes: ``axial``, ``coronal`` or ``sagittal`` per slice, equal within a run.
    """

    series: list[str]
    blocks: list[str]
    planes: list[str]


def look(grey: NDArray[np.uint8]) -> Look:
    """What grouping needs to know of a slice: (64, 64) thumbnail and perceptual hash."""
    return likeness.look(grey)


def infer(places: Sequence[Place], looks: Sequence[Look]) -> Groups:
    """Group slices.

    Args:
        places: Per slice.
        looks: Per slice, from `look`.
    """
    order = sorted(range(len(places)), key=lambda i: (places[i].label, places[i].stem, places[i].number, i))
    units = likeness.units([looks[i] for i in order])
    hashes = np.array([looks[i].hash for i in order], np.uint64)
    starts = _starts([places[i] for i in order], units)
    run = np.cumsum(starts) - 1
    planes = _planes(np.stack([looks[i].thumbnail for i in order]), run)
    series, blocks = _Union(int(run[-1]) + 1), _Union(int(run[-1]) + 1)
    for first, second in likeness.twins(units, hashes):
        series.join(int(run[first]), int(run[second]))
        blocks.join(int(run[first]), int(run[second]))
    mixed = _mixed([places[i].label for i in order], run, planes)
    for index in np.flatnonzero(starts)[1:]:
        label = places[order[index]].label
        same = label in mixed and label == places[order[index - 1]].label
        before, after = int(run[index - 1]), int(run[index])
        if same and not (planes[after] == "axial" and planes[before] != "axial"):
            blocks.join(before, after)
    back = np.argsort(order)
    return Groups(
        [f"S{series.number(int(run[i])):04d}" for i in back],
        [f"P{blocks.number(int(run[i])):03d}" for i in back],
        [planes[int(run[i])] for i in back],
    )


def _starts(places: Sequence[Place], units: NDArray[np.float32]) -> NDArray[np.bool_]:
    """True where a run begins."""
    alike = (units[1:] * units[:-1]).sum(axis=1) >= CUT
    kin = [a.label == b.label and a.stem == b.stem for a, b in zip(places[1:], places[:-1], strict=True)]
    return np.concatenate([[True], ~(alike & np.array(kin, bool))])


def _planes(thumbnails: NDArray[np.uint8], run: NDArray[np.intp]) -> list[str]:
    """The plane of each run, by the median of what its slices show."""
    shown = np.stack([plane.evidence(one) for one in thumbnails])
    return [plane.name(np.median(shown[run == index], axis=0)) for index in range(int(run[-1]) + 1)]


def _mixed(labels: Sequence[str], run: NDArray[np.intp], planes: Sequence[str]) -> set[str]:
    """The classes that show axial runs and others."""
    axial = {label for label, one in zip(labels, run, strict=True) if planes[int(one)] == "axial"}
    other = {label for label, one in zip(labels, run, strict=True) if planes[int(one)] != "axial"}
    return axial & other


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
