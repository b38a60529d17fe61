import numpy as np
import pytest

from core.data import dealing
from core.errors import DataError


def test_a_group_is_never_cut() -> None:
    rng = np.random.default_rng(0)
    groups = [f"g{number}" for number in rng.integers(0, 30, 600)]
    labels = ["ab"[int(group[1:]) % 2] for group in groups]
    dealt = dealing.folds(labels, groups, 5, 0)
    assert set(dealt) == set(range(5))
    for group in set(groups):
        assert len({fold for fold, one in zip(dealt, groups, strict=True) if one == group}) == 1


def test_folds_are_as_even_as_groups_allow() -> None:
    """Ten equal groups a class into five folds: two of each in every fold."""
    labels = [label for label in "ab" for _ in range(100)]
    groups = [f"{label}{number // 10}" for label in "ab" for number in range(100)]
    dealt = dealing.folds(labels, groups, 5, 3)
    for fold in range(5):
        mine = [label for label, one in zip(labels, dealt, strict=True) if one == fold]
        assert (mine.count("a"), mine.count("b")) == (20, 20)


def test_slices_that_do_not_count_go_along_with_their_group() -> None:
    labels = ["a"] * 6 + ["b"] * 6
    groups = ["1", "1", "2", "2", "3", "3", "4", "4", "5", "5", "6", "6"]
    counted = [True, False] * 6
    dealt = dealing.folds(labels, groups, 3, 0, counted)
    assert all(dealt[at] == dealt[at + 1] for at in range(0, 12, 2))
    for fold in range(3):
        assert sorted(np.array(labels)[(dealt == fold) & np.array(counted)]) == ["a", "b"]


def test_the_same_seed_deals_the_same() -> None:
    labels, groups = ["a", "b"] * 20, [str(number // 2) for number in range(40)]
    np.testing.assert_array_equal(dealing.folds(labels, groups, 4, 7), dealing.folds(labels, groups, 4, 7))


def test_too_few_groups_is_a_sentence() -> None:
    with pytest.raises(DataError, match="2 patient blocks can't be dealt into 5 folds"):
        dealing.folds(["a", "b"], ["1", "2"], 5, 0)


def test_at_random_each_class_is_even() -> None:
    dealt = dealing.random(["a"] * 50 + ["b"] * 10, 5, 0)
    assert np.bincount(dealt[:50]).tolist() == [10] * 5
    assert np.bincount(dealt[50:]).tolist() == [2] * 5


def test_no_part_goes_without_a_group_where_there_are_enough() -> None:
    labels = ["a"] * 90 + ["b"] * 10
    groups = ["x"] * 80 + ["y"] * 10 + ["z"] * 10
    for seed in range(5):
        dealt = dealing.folds(labels, groups, 3, seed, shares=(0.7, 0.15, 0.15))
        assert sorted(np.bincount(dealt, minlength=3)) == [10, 10, 80]
