"""The training slices that a slice is most like by the model's own features, and how their labels vote.

Explanation by examples, as Caruana et al. 1999 (AMIA) propose for case-based explanation of networks: a
reader's own second opinion, from cases whose labels people gave. Neighbours in a series are nearly one
picture, so at most two of a series count.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.models import neighbours
from core.models.bundle import REFERENCE, Bundle
from core.models.neighbours import PLAIN, Neighbour
from core.models.reference import Reference

Floats = NDArray[np.float32]
COUNT: Final = 8
A_SERIES: Final = 2
"""Slices of one series that count; more would be the same opinion again."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What a bundle keeps of the slices it was trained on.

    Attributes:
        reference: Its feature statistics.
        neighbours: (M,) which slices the reference keeps.
        directions: (M, d) theirs along its main directions, of length 1.
    """

    reference: Reference
    neighbours: tuple[Neighbour, ...]
    directions: Floats

    @classmethod
    def of(cls, bundle: Bundle) -> "Known | None":
        """Read it.

        Returns:
            None where the bundle doesn't say which slices it keeps: it is from before that was written.

        Raises:
            BundleError: A file is damaged or belongs to another bundle.
        """
        reference = Reference.load(bundle.path / REFERENCE)
        found = neighbours.read(bundle, len(reference.neighbours))
        return None if found is None else cls(reference, found, _unit(reference.neighbours))

    def blocks(self, slices: Collection[str]) -> frozenset[str]:
        """Patient blocks of kept slices, given by SHA-256."""
        return frozenset(one.group for one in self.neighbours if one.slice in slices)


@dataclass(frozen=True, slots=True)
class Near:
    """A training slice that is near.

    Attributes:
        neighbour: Which.
        similarity: Cosine of scaled features along the model's main directions, -1..1; 1 is the same.
    """

    neighbour: Neighbour
    similarity: float


@dataclass(frozen=True, slots=True)
class Opinion:
    """The nearest training slices of a slice.

    Attributes:
        near: The most similar first; empty where all were left out.
        distance: How far the slice lies from all training slices, as answers are declined by: 0 is one
            of them, 1 unlike all.
    """

    near: tuple[Near, ...]
    distance: float

    @property
    def votes(self) -> Mapping[str, int]:
        """How many are of each class, the most first."""
        return dict(Counter(one.neighbour.label for one in self.near).most_common())

    @property
    def label(self) -> str | None:
        """The class that most are of; None where two are level, or none is near."""
        return _winner([one.neighbour.label for one in self.near])

    @property
    def series(self) -> int:
        """How many series they are from; a slice whose series isn't known counts as one."""
        return len({_series(one.neighbour) for one in self.near})

    @property
    def blocks(self) -> int:
        """How many patient blocks they are from."""
        return len({one.neighbour.group for one in self.near})


@dataclass(frozen=True, slots=True)
class Reliability:
    """How often the vote is right, asked about kept slices without their own patient blocks.

    Attributes:
        right: Slices whose class the vote named, by class.
        asked: Slices asked about, by class.
    """

    right: Mapping[str, int]
    asked: Mapping[str, int]

    @property
    def share(self) -> float:
        """0..1 over all classes; 0 where nothing could be asked."""
        return sum(self.right.values()) / max(1, sum(self.asked.values()))


def nearest(known: Known, pooled: Floats, without: Collection[str] = (), count: int = COUNT) -> Opinion:
    """The training slices that a slice is most like; each once, and at most two of a series.

    Args:
        known: What the model keeps of its training slices.
        pooled: (C,) the mean of the slice's feature map over its grid.
        without: Patient blocks that are left out, such as the slice's own.
        count: How many, at most.

    Raises:
        ValueError: The features are not this model's.
    """
    if pooled.shape != known.reference.mean.shape:
        raise ValueError(f"pooled must be {known.reference.mean.shape}, got {pooled.shape}")
    own = _unit(known.reference.directions(pooled[None]))[0]
    similar = np.clip(known.directions @ own, -1.0, 1.0)
    taken = _taken(similar, known.neighbours, without, count)
    return Opinion(
        tuple(Near(known.neighbours[at], float(similar[at])) for at in taken),
        known.reference.distance(pooled),
    )


def reliability(known: Known, count: int = COUNT) -> Reliability:
    """Ask the vote about every kept slice as it is, without the slices of its own patient block.

    A backbone that learnt from these slices' labels knows them, so the share is then too good.

    Args:
        known: What the model keeps of its training slices.
        count: How many neighbours vote.
    """
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    several = len({one.group for one in known.neighbours}) > 1
    for at, one in enumerate(known.neighbours if several else ()):
        if one.variant == PLAIN:
            similar = known.directions @ known.directions[at]
            near = _taken(similar, known.neighbours, (one.group,), count)
            right[one.label] += _winner([known.neighbours[other].label for other in near]) == one.label
            asked[one.label] += 1
    return Reliability(dict(right), dict(asked))


def _taken(similar: Floats, kept: Sequence[Neighbour], without: Collection[str], count: int) -> list[int]:
    """Places of the nearest, the most similar first."""
    found: list[int] = []
    slices: set[str] = set()
    series: Counter[str] = Counter()
    for at in np.argsort(-similar, kind="stable").tolist():
        one = kept[at]
        if one.group in without or one.slice in slices or series[_series(one)] >= A_SERIES:
            continue
        if len(found) == count:
            break
        slices.add(one.slice)
        series[_series(one)] += 1
        found.append(at)
    return found


def _series(one: Neighbour) -> str:
    return f"series {one.series}" if one.series else f"slice {one.slice}"


def _winner(labels: Sequence[str]) -> str | None:
    first = Counter(labels).most_common(2)
    level = len(first) == 2 and first[0][1] == first[1][1]
    return None if level or not first else first[0][0]


def _unit(directions: Floats) -> Floats:
    lengths = np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-6)
    return np.asarray(directions / lengths, np.float32)
