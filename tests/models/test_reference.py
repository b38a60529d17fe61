from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from core.errors import BundleError
from core.models.reference import MOST_NEIGHBOURS, Reference


def features(count: int, seed: int = 0) -> np.ndarray:
    """Twenty features that four causes move."""
    rng = np.random.default_rng(seed)
    causes = rng.normal(size=(4, 20))
    return (5 + rng.normal(size=(count, 4)) @ causes + 0.1 * rng.normal(size=(count, 20))).astype(np.float32)


def test_a_training_slice_is_near_and_a_stranger_far() -> None:
    known = features(400)
    reference = Reference.fit(known, 8)
    rng = np.random.default_rng(1)
    strangers = (5 + 3 * rng.normal(size=(50, 20))).astype(np.float32)
    assert np.median(reference.distances(known)) < 0.1
    assert np.median(reference.distances(strangers)) > 0.25


def test_distance_by_hand() -> None:
    """Slices on two axes, scaled to unit variance: along an axis the cosine to its own end is 1."""
    known = np.array([[2, 0], [-2, 0], [0, 1], [0, -1]] * 5, np.float32)
    reference = Reference.fit(known, 2)
    assert reference.distance(np.array([7, 0], np.float32)) == pytest.approx(0.0, abs=1e-6)
    # scaled by sqrt(2) and sqrt(1/2): (2, 1) lies halfway between the axes
    assert reference.distance(np.array([2, 1], np.float32)) == pytest.approx(1 - np.sqrt(0.5), abs=1e-6)


def test_what_training_slices_never_show_counts_as_far() -> None:
    known = features(300)
    reference = Reference.fit(known, 4)
    usual = known[:50]
    odd = usual + 8 * np.linalg.svd(known - known.mean(axis=0))[2][-1].astype(np.float32)
    assert (reference.distances(odd) > reference.distances(usual) + 0.1).all()


def test_it_comes_back_from_its_file(tmp_path: Path) -> None:
    known = features(200)
    reference = Reference.fit(known, 8)
    reference.save(tmp_path / "reference.npz", np.ones((20, 4), np.float32), np.zeros(4, np.float32), [])
    again = Reference.load(tmp_path / "reference.npz")
    np.testing.assert_allclose(again.distances(known), reference.distances(known), atol=2e-3)
    with np.load(tmp_path / "reference.npz") as arrays:
        assert arrays["head_kernel"].shape == (20, 4) and arrays["head_kernel"].dtype == np.float32


def test_neighbours_are_bounded_and_an_answer_is_quick() -> None:
    rng = np.random.default_rng(0)
    reference = Reference.fit(rng.normal(size=(MOST_NEIGHBOURS + 500, 600)).astype(np.float32), 64)
    assert len(reference.neighbours) == MOST_NEIGHBOURS
    one = rng.normal(size=600).astype(np.float32)
    reference.distance(one)
    start = perf_counter()
    for _ in range(100):
        reference.distance(one)
    assert perf_counter() - start < 0.5


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_a_damaged_file_is_a_sentence(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "reference.npz"
    if content is None:
        np.savez(path, mean=np.zeros(3))
    else:
        path.write_bytes(content)
    with pytest.raises(BundleError, match=r"reference\.npz can't be read"):
        Reference.load(path)
    with pytest.raises(BundleError):
        Reference.load(tmp_path / "missing.npz")
