"""Two models on the same slices: numbers worked by hand."""

import math
import time

import numpy as np
import pytest

from core.errors import DataError
from core.evaluation import metrics
from core.evaluation.answers import Answers
from core.evaluation.calibration import expected_error
from core.evaluation.paired import FIGURES, between, beyond_chance, difference, each

# two classes; the first model is right on 4 of 6, the second on 5 of 6
TRUTH = np.array([0, 0, 0, 1, 1, 1])
FIRST = np.array([0, 0, 1, 1, 1, 0])
SECOND = np.array([0, 0, 0, 1, 1, 0])
GROUPS = ["a", "a", "b", "b", "c", "c"]


def probabilities(seed: int, size: int = 200, classes: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.ones(classes), size)


def test_accuracy_gains_one_slice_of_six() -> None:
    assert difference(TRUTH, FIRST, SECOND, GROUPS, "accuracy").value == pytest.approx(1 / 6)


def test_macro_f1_by_hand() -> None:
    # first: both classes have 2 hits, 3 true, 3 given: F1 2/3 each
    # second: class 0 has 3 hits, 3 true, 4 given: 6/7; class 1 has 2 hits, 3 true, 2 given: 4/5
    assert difference(TRUTH, FIRST, SECOND, GROUPS, "macro_f1").value == pytest.approx(
        (6 / 7 + 4 / 5) / 2 - 2 / 3
    )


def test_balanced_accuracy_by_hand() -> None:
    # first: 2/3 and 2/3; second: 3/3 and 2/3
    assert difference(TRUTH, FIRST, SECOND, GROUPS, "balanced_accuracy").value == pytest.approx(5 / 6 - 2 / 3)


def test_only_block_b_differs_so_the_interval_is_how_often_it_is_drawn() -> None:
    found = difference(TRUTH, FIRST, SECOND, GROUPS, "accuracy", resamples=20_000)
    # b is drawn k of 3 times, each a gain of 1/6; k = 0 has (2/3)^3 = 30 %, k = 3 has 4 %
    assert (found.low, found.high) == (0.0, 0.5)
    assert not beyond_chance(found)


def test_a_gain_in_every_block_is_beyond_chance() -> None:
    truth = np.zeros(30, int)
    groups = [str(at // 3) for at in range(30)]
    first = np.where(np.arange(30) % 3 == 0, 1, 0)
    found = difference(truth, first, truth, groups, "accuracy")
    assert (found.value, found.low, found.high) == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert beyond_chance(found)


def test_the_same_model_twice_differs_by_nothing() -> None:
    for figure in FIGURES:
        found = difference(TRUTH.repeat(10), *[probabilities(1, 60)] * 2, np.repeat(GROUPS, 10), figure)
        assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


def test_swapping_the_models_swaps_the_sign() -> None:
    truth, groups = np.arange(200) % 4, [str(at // 10) for at in range(200)]
    for figure in FIGURES:
        one = difference(truth, probabilities(1), probabilities(2), groups, figure)
        other = difference(truth, probabilities(2), probabilities(1), groups, figure)
        assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low))


def test_pairing_is_tighter_than_two_intervals() -> None:
    """Blocks are hard or easy for both: what they share is no doubt about the difference."""
    generator = np.random.default_rng(3)
    hard = np.repeat(generator.random(40), 10)
    truth = np.zeros(400, int)
    first = (generator.random(400) < hard).astype(int)
    second = np.where(generator.random(400) < 0.05, 1 - first, first)
    groups = [str(at // 10) for at in range(400)]
    both = difference(truth, first, second, groups, "accuracy")
    alone = metrics.bootstrap(metrics.by_group(truth, first, groups, 2), metrics.accuracy)
    assert both.high - both.low < 0.4 * (alone.high - alone.low)


def test_brier_and_log_loss_by_hand() -> None:
    truth = np.array([0, 1])
    first = np.array([[0.5, 0.5], [0.5, 0.5]])
    second = np.array([[0.8, 0.2], [0.4, 0.6]])
    # 0.5 for each of the first; 0.08 and 0.32 for the second
    assert difference(truth, first, second, ["a", "b"], "brier").value == pytest.approx(0.2 - 0.5)
    expected = -(math.log(0.8) + math.log(0.6)) / 2 - math.log(2)
    assert difference(truth, first, second, ["a", "b"], "log_loss").value == pytest.approx(expected)


def test_figures_are_those_that_a_report_has() -> None:
    truth, groups = np.arange(200) % 4, [str(at // 10) for at in range(200)]
    first, second = probabilities(1), probabilities(2)
    tables = [metrics.confusion(truth, one.argmax(axis=1), 4) for one in (first, second)]
    expected = {
        "macro_f1": metrics.macro_f1(tables[1]) - metrics.macro_f1(tables[0]),
        "accuracy": metrics.accuracy(tables[1]) - metrics.accuracy(tables[0]),
        "balanced_accuracy": metrics.balanced_accuracy(tables[1]) - metrics.balanced_accuracy(tables[0]),
        "ece": expected_error(second, truth) - expected_error(first, truth),
        "brier": metrics.brier(truth, second) - metrics.brier(truth, first),
    }
    for figure, value in expected.items():
        assert difference(truth, first, second, groups, figure).value == pytest.approx(value)


def test_the_interval_is_that_of_a_plain_loop() -> None:
    truth, groups = np.arange(200) % 4, [f"{at // 10:02}" for at in range(200)]
    first, second = (probabilities(seed).argmax(axis=1) for seed in (1, 2))
    one, other = (metrics.by_group(truth, answers, groups, 4) for answers in (first, second))
    draws = np.random.default_rng(7).integers(0, 20, (500, 20))
    values = [metrics.macro_f1(other[d].sum(axis=0)) - metrics.macro_f1(one[d].sum(axis=0)) for d in draws]
    found = difference(truth, first, second, groups, "macro_f1", seed=7, resamples=500)
    assert [found.low, found.high] == pytest.approx(np.percentile(values, [2.5, 97.5]))


def test_a_class_that_a_draw_lacks_is_left_out_of_its_mean() -> None:
    # class 1 is in block b alone: draws without b have macro F1 of class 0
    found = difference(
        np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([0, 0, 1]), ["a", "a", "b"], "macro_f1"
    )
    assert np.isfinite([found.value, found.low, found.high]).all()
    assert found.value == pytest.approx(1 - 2 / 3)  # the first: 2/3 and 2/3


def test_a_model_that_knows_fewer_classes_is_wrong_about_the_others() -> None:
    narrow = np.array([[0.9, 0.1]] * 3)
    found = difference(np.array([0, 1, 2]), narrow, np.array([0, 1, 2]), ["a", "b", "c"], "accuracy")
    assert found.value == pytest.approx(2 / 3)


def test_many_slices_take_no_time() -> None:
    truth, groups = np.arange(12_000) % 4, [str(at // 60) for at in range(12_000)]
    first, second = probabilities(1, 12_000), probabilities(2, 12_000)
    begun = time.perf_counter()
    for figure in FIGURES:
        difference(truth, first, second, groups, figure)
    assert time.perf_counter() - begun < 3.0


@pytest.mark.parametrize(
    ("first", "second", "groups", "figure", "said"),
    [
        (FIRST[:5], SECOND, GROUPS, "accuracy", "as long as"),
        (FIRST, SECOND, GROUPS[:5], "accuracy", "as long as"),
        (FIRST, SECOND, GROUPS, "auc", "figure must be one of"),
        (FIRST, SECOND, GROUPS, "ece", r"\(N, K\)"),
        (FIRST, probabilities(1, 6), GROUPS, "brier", r"\(N, K\)"),
        (FIRST, np.zeros((6, 2, 2)), GROUPS, "accuracy", r"\(N, K\)"),
    ],
)
def test_wrong_arguments_are_refused_by_name(first, second, groups, figure, said) -> None:
    with pytest.raises(ValueError, match=said):
        difference(TRUTH, first, second, groups, figure)


def test_no_slices_are_refused() -> None:
    with pytest.raises(ValueError, match="not empty"):
        difference(np.array([], int), np.array([]), np.array([]), [], "accuracy")


def answers(labels, rows) -> Answers:
    """Rows: slice, group, truth, probabilities, dealing."""
    return Answers(
        labels,
        np.array([row[0] for row in rows]),
        np.array([row[1] for row in rows]),
        np.array([row[2] for row in rows], np.intp),
        np.array([row[3] for row in rows], float),
        np.array([row[4] for row in rows], np.intp),
    )


ONE = answers(
    ("Cyst", "Stone"),
    [("s1", "a", 0, (0.9, 0.1), 0), ("s2", "b", 1, (0.8, 0.2), 0), ("s3", "c", 1, (0.8, 0.2), 0)],
)


def test_runs_are_compared_on_the_slices_they_share() -> None:
    other = answers(("Cyst", "Stone"), [("s2", "b", 1, (0.1, 0.9), 0), ("s9", "z", 0, (0.1, 0.9), 0)])
    found = between(ONE, other, "accuracy")
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)


def test_a_slice_answered_in_several_dealings_counts_once() -> None:
    several = answers(
        ("Cyst", "Stone"),
        [
            ("s1", "a", 0, (0.9, 0.1), 0),
            ("s2", "b", 1, (0.1, 0.9), 0),
            ("s2", "b", 1, (0.9, 0.1), 1),
            ("s2", "b", 1, (0.9, 0.1), 2),
            ("s2", "b", 1, (0.9, 0.1), 3),
            ("s3", "c", 1, (0.9, 0.1), 0),
        ],
    )
    # s1 right, s2 right once in four, s3 wrong: 1.25 of 3, where the first has 1 of 3
    assert between(ONE, several, "accuracy").value == pytest.approx(0.25 / 3)
    assert each(ONE, several, "accuracy") == pytest.approx((1 / 3, 1.25 / 3))


def test_classes_in_another_order_are_the_same_classes() -> None:
    turned = answers(
        ("Stone", "Cyst"),
        [("s1", "a", 1, (0.1, 0.9), 0), ("s2", "b", 0, (0.2, 0.8), 0), ("s3", "c", 0, (0.2, 0.8), 0)],
    )
    for figure in FIGURES:
        found = between(ONE, turned, figure)
        assert (found.value, found.low, found.high) == pytest.approx((0.0, 0.0, 0.0), abs=1e-12)


@pytest.mark.parametrize(
    ("labels", "rows", "code"),
    [
        (("Cyst", "Tumor"), [("s1", "a", 0, (0.5, 0.5), 0)], "other-classes"),
        (("Cyst", "Stone"), [("s7", "a", 0, (0.5, 0.5), 0)], "nothing-common"),
        (("Cyst", "Stone"), [("s1", "a", 1, (0.5, 0.5), 0)], "other-labels"),
    ],
)
def test_runs_that_cannot_be_compared_are_refused(labels, rows, code) -> None:
    with pytest.raises(DataError) as caught:
        between(ONE, answers(labels, rows), "accuracy")
    assert caught.value.code == code
