"""The nearest training slices, on features whose cosines can be worked by hand."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import BundleError
from core.explain import nearest
from core.explain.nearest import Known
from core.models import neighbours
from core.models.bundle import load
from core.models.neighbours import FILE, Neighbour
from core.models.reference import Reference


def one(number: int, label: str, series: str, group: str, variant: str = "plain") -> Neighbour:
    return Neighbour(f"{number:064x}", label, series, group, variant)


def known(*several: tuple[float, Neighbour]) -> Known:
    """Slices at these angles in degrees, on two features that need no scaling."""
    angles = np.radians([angle for angle, _ in several])
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    flat = Reference(np.zeros(2, np.float32), np.ones(2, np.float32), np.eye(2, dtype=np.float32), directions)
    return Known(flat, tuple(neighbour for _, neighbour in several), directions)


EAST = np.array([3.0, 0.0], np.float32)
SIX = (
    (0, one(1, "Stone", "a", "A")),
    (30, one(2, "Stone", "a", "A")),
    (45, one(3, "Cyst", "a", "A")),
    (60, one(4, "Cyst", "b", "B")),
    (90, one(5, "Cyst", "c", "B")),
    (180, one(6, "Normal", "d", "C")),
)


def test_the_most_similar_come_first_with_their_cosines() -> None:
    found = nearest.nearest(known(*reversed(SIX)), EAST)
    assert [int(near.neighbour.slice, 16) for near in found.near] == [1, 2, 4, 5, 6]
    assert [near.similarity for near in found.near] == pytest.approx(
        [1.0, np.sqrt(3) / 2, 0.5, 0.0, -1.0], abs=1e-6
    )
    assert found.distance == pytest.approx(1 - (1 + np.sqrt(3) / 2 + np.sqrt(0.5) + 0.5 + 0) / 5, abs=1e-6)


def test_two_of_a_series_count_and_no_more() -> None:
    """The third of series a is nearer than all of b, c and d, and is the same opinion again."""
    found = nearest.nearest(known(*SIX), EAST, count=4)
    assert [near.neighbour.series for near in found.near] == ["a", "a", "b", "c"]
    assert (found.series, found.blocks) == (3, 2)
    assert found.votes == {"Stone": 2, "Cyst": 2}
    assert found.label is None, "two are level"
    assert nearest.nearest(known(*SIX), EAST, count=5).label is None
    assert nearest.nearest(known(*SIX), EAST, count=1).label == "Stone"


def test_series_that_nobody_knows_are_each_their_own() -> None:
    several = [(float(number), one(number, "Cyst", "", "P")) for number in range(5)]
    found = nearest.nearest(known(*several), EAST)
    assert (len(found.near), found.series, found.blocks) == (5, 5, 1)


def test_a_slice_counts_once_in_its_most_similar_copy() -> None:
    found = nearest.nearest(
        known((40, one(1, "Cyst", "a", "A")), (10, one(1, "Cyst", "a", "A", "moved"))), EAST
    )
    (near,) = found.near
    assert near.neighbour.variant == "moved"
    assert near.similarity == pytest.approx(np.cos(np.radians(10)), abs=1e-6)


def test_blocks_can_be_left_out_even_all() -> None:
    slices = known(*SIX)
    assert slices.blocks({f"{2:064x}", "f" * 64}) == {"A"}
    found = nearest.nearest(slices, EAST, without={"A"})
    assert [int(near.neighbour.slice, 16) for near in found.near] == [4, 5, 6]
    assert found.label == "Cyst"
    nobody = nearest.nearest(slices, EAST, without={"A", "B", "C"})
    assert (nobody.near, nobody.label, nobody.series, dict(nobody.votes)) == ((), None, 0, {})


def test_features_of_another_model_are_refused() -> None:
    with pytest.raises(ValueError, match=r"pooled must be \(2,\), got \(3,\)"):
        nearest.nearest(known(*SIX), np.zeros(3, np.float32))


def test_features_of_nothing_give_no_nan() -> None:
    found = nearest.nearest(known(*SIX), np.zeros(2, np.float32))
    assert {near.similarity for near in found.near} == {0.0}


def test_how_often_the_vote_is_right_is_asked_without_the_own_block() -> None:
    """A's stones have a cyst of B nearest; B's and C's cysts have A's stones, and each other."""
    slices = known(
        (0, one(1, "Stone", "a", "A")),
        (5, one(2, "Stone", "b", "A")),
        (10, one(3, "Cyst", "c", "B")),
        (170, one(4, "Cyst", "d", "B")),
        (175, one(5, "Cyst", "e", "C")),
        (178, one(5, "Cyst", "e", "C", "moved")),
    )
    found = nearest.reliability(slices, count=1)
    assert found.asked == {"Stone": 2, "Cyst": 3}, "changed copies aren't asked about"
    # 1 and 2 are told Cyst; 3 is told Stone; 4 and 5 are told Cyst by each other
    assert (found.right["Stone"], found.right["Cyst"]) == (0, 2)
    assert found.share == pytest.approx(2 / 5)


def test_one_block_alone_can_be_asked_nothing() -> None:
    found = nearest.reliability(known(*SIX[:2]))
    assert (found.asked, found.share) == ({}, 0.0)


def test_it_is_read_from_a_bundle(copied: Callable[[], Path], expected: dict[str, np.ndarray]) -> None:
    folder = copied()
    assert Known.of(load(folder)) is None
    slices = [one(number, "Cyst", f"s{number}", f"b{number}") for number in range(40)]
    neighbours.save(folder, slices)
    found = Known.of(load(folder))
    assert found is not None
    # the reference was fitted to these very features, in this order
    for number in (0, 7, 39):
        own = nearest.nearest(found, expected["features"][number].mean(axis=(0, 1)))
        assert own.near[0].neighbour == slices[number]
        assert own.near[0].similarity == pytest.approx(1.0, abs=2e-3)
    (folder / FILE).write_bytes(b"no table")
    with pytest.raises(BundleError, match="can't be read"):
        Known.of(load(folder))


def test_the_shipped_model_says_which_slices_its_neighbours_are(shipped: Path) -> None:
    bundle = load(shipped)
    found = Known.of(bundle)
    assert found is not None
    assert {near.label for near in found.neighbours} == set(bundle.card.labels)
    assert sum(nearest.reliability(found).asked.values()) == 250
