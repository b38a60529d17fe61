import numpy as np
import pytest

from core.evaluation import metrics

# truth down, answer across: class 0 has 5 slices, class 1 has 3
COUNTS = np.array([[4, 1], [1, 2]])


def test_confusion_counts_truth_down() -> None:
    truth = np.array([0, 0, 0, 0, 0, 1, 1, 1])
    answers = np.array([0, 0, 0, 0, 1, 0, 1, 1])
    np.testing.assert_array_equal(metrics.confusion(truth, answers, 2), COUNTS)


def test_figures_of_a_small_table_by_hand() -> None:
    assert metrics.accuracy(COUNTS) == pytest.approx(6 / 8)
    np.testing.assert_allclose(metrics.recalls(COUNTS), [4 / 5, 2 / 3])
    np.testing.assert_allclose(metrics.precisions(COUNTS), [4 / 5, 2 / 3])
    np.testing.assert_allclose(metrics.f1(COUNTS), [8 / 10, 4 / 6])
    assert metrics.macro_f1(COUNTS) == pytest.approx((0.8 + 2 / 3) / 2)
    assert metrics.balanced_accuracy(COUNTS) == pytest.approx((0.8 + 2 / 3) / 2)


def test_a_class_that_is_not_there_counts_for_nothing() -> None:
    counts = np.array([[3, 1, 0], [0, 4, 0], [0, 0, 0]])
    assert np.isnan(metrics.recalls(counts)[2])
    assert metrics.balanced_accuracy(counts) == pytest.approx((0.75 + 1) / 2)
    found = metrics.per_class(("a", "b", "c"), counts, np.array([0.5, 0.5, np.nan]))
    assert found["c"] == {"precision": 0.0, "recall": None, "f1": None, "auc": None, "slices": 0}


def test_auc_is_the_share_of_pairs_in_order() -> None:
    # class 1 slices at .9 and .4, others at .6 and .4: in order .9>.6, .9>.4, half .4=.4 -> 2.5 of 4
    chances = np.array([[0.1, 0.9], [0.6, 0.4], [0.4, 0.6], [0.6, 0.4]])
    area = metrics.auc(np.array([1, 1, 0, 0]), chances)
    assert area[1] == pytest.approx(2.5 / 4)
    assert np.isnan(metrics.auc(np.array([1, 1, 1, 1]), chances)).all()


def test_brier_of_a_sure_answer() -> None:
    chances = np.array([[1.0, 0.0], [1.0, 0.0], [0.5, 0.5]])
    # right 0, wrong 1 + 1, torn .25 + .25
    assert metrics.brier(np.array([0, 1, 0]), chances) == pytest.approx((0 + 2 + 0.5) / 3)


def test_bootstrap_draws_groups_and_not_slices() -> None:
    """Two groups, one all right and one all wrong: drawing 2 of 2 gives 0, 1/2 or 1."""
    truth = np.zeros(200, int)
    answers = np.repeat([0, 1], 100)
    tables = metrics.by_group(truth, answers, ["a"] * 100 + ["b"] * 100, 2)
    found = metrics.bootstrap(tables, metrics.accuracy)
    assert (found.value, found.low, found.high) == (0.5, 0.0, 1.0)


def test_bootstrap_of_equal_groups_has_no_width() -> None:
    tables = np.stack([COUNTS] * 7)
    found = metrics.bootstrap(tables, metrics.accuracy)
    assert found.low == found.high == pytest.approx(0.75)


def test_bootstrap_is_reproducible() -> None:
    tables = np.random.default_rng(0).integers(0, 20, (9, 3, 3))
    assert metrics.bootstrap(tables, metrics.macro_f1, 4) == metrics.bootstrap(tables, metrics.macro_f1, 4)
