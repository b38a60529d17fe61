import numpy as np
import pytest

from core.comparison import confusion
from core.comparison.confusion import Confusion
from tests.comparison.conftest import GOOD, POOR, answered, details


def made(
    counts: list[list[float]], labels: tuple[str, ...] = ("a", "b"), split: str = "grouped_cv"
) -> Confusion:
    return Confusion("0" * 32, split, labels, np.array(counts, float))


@pytest.mark.parametrize("scored", [True, False])
def test_a_table_is_the_logged_one_or_counted_from_the_answers(scored: bool) -> None:
    found = confusion.confusion(details(answered(POOR), scored=scored))
    assert found is not None and found.labels == ("Cyst", "Stone") and not found.leaks
    assert found.counts.tolist() == [[2, 2], [2, 2]]
    assert found.shares.tolist() == [[0.5, 0.5], [0.5, 0.5]]


def test_several_dealings_are_averaged() -> None:
    twice = answered((*GOOD, *POOR), dealing=[0] * 8 + [1] * 8)
    for scored in (True, False):
        found = confusion.confusion(details(twice, "grouped_cv", scored=scored))
        assert found is not None and found.counts.tolist() == [[3, 1], [1, 3]]


def test_the_leaking_one_is_marked_and_never_taken_for_the_other() -> None:
    one = details(answered(), "random_test")
    assert confusion.confusion(one) is None
    found = confusion.confusion(one, leaking=True)
    assert found is not None and found.leaks and found.split == "random_test"


def test_the_difference_is_of_row_shares_in_the_first_ones_order() -> None:
    first, second = made([[8, 2], [5, 5]]), made([[9, 1], [0, 10]], ("b", "a"))
    found = confusion.change(first, second)
    assert found is not None and found.labels == ("a", "b")
    np.testing.assert_allclose(found.shares, [[0.2, -0.2], [-0.4, 0.4]])
    assert found.words == ""


@pytest.mark.parametrize("other", [made([[4, 1], [5, 5]]), made([[8, 2], [5, 5]], split="grouped_test")])
def test_tables_of_other_slices_are_said_to_be_such(other: Confusion) -> None:
    found = confusion.change(made([[8, 2], [5, 5]]), other)
    assert found is not None and "not of the same slices" in found.words


def test_a_class_without_slices_has_no_shares() -> None:
    empty = made([[0, 0], [1, 3]])
    assert np.isnan(empty.shares[0]).all() and empty.shares[1].tolist() == [0.25, 0.75]
    found = confusion.change(empty, made([[1, 1], [1, 3]]))
    assert found is not None and np.isnan(found.shares[0]).all()


def test_other_classes_have_no_difference() -> None:
    assert confusion.change(made([[1, 0], [0, 1]]), made([[1, 0], [0, 1]], ("a", "c"))) is None


@pytest.mark.parametrize(
    "logged",
    [
        {},
        {"labels": ["a", "b"]},
        {"confusion": [[1, 0], [0, 1]]},
        {"labels": ["a", "b"], "confusion": [[1, 0]]},
        {"labels": ["a", "b"], "confusion": [[1, 0], [0]]},
        {"labels": ["a", "b"], "confusion": [["x", 0], [0, 1]]},
        {"labels": ["a", "b"], "confusion": [[None, 0], [0, 1]]},
        {"labels": ["a", "b"], "confusion": "no"},
        {"labels": ["a", "b"], "confusion": [[10**400, 0], [0, 1]]},
        {"labels": 3, "confusion": [[1, 0], [0, 1]]},
    ],
)
def test_what_others_logged_under_that_name_breaks_nothing(logged: dict[str, object]) -> None:
    one = details(answered())
    one.scores["metrics"]["grouped_test"] = logged
    found = confusion.confusion(one)
    assert found is not None and found.counts.tolist() == [[4, 0], [0, 4]]  # from the answers
