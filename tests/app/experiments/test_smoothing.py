"""The moving average: against numbers worked by hand, with gaps, at its ends."""

import numpy as np
import pytest

from app.experiments.smoothing import smoothed

GAP = float("nan")


def test_three_values_by_hand() -> None:
    # sums 0.5, 1.25, 2.625 (w = 0.5) over 1/2, 3/4, 7/8
    made = smoothed(np.array([1.0, 2.0, 4.0]), 0.5)
    assert made == pytest.approx([1.0, 5 / 3, 3.0])


def test_the_first_value_stands_as_it_is_however_strong_the_smoothing() -> None:
    assert smoothed(np.array([7.0, 0.0]), 0.99)[0] == pytest.approx(7.0)


def test_what_never_changes_stays_as_it_is() -> None:
    assert smoothed(np.full(500, 0.3), 0.97) == pytest.approx(np.full(500, 0.3))


def test_a_gap_stays_a_gap_and_counts_for_nothing() -> None:
    with_gap = smoothed(np.array([1.0, GAP, 2.0, np.inf, 4.0]), 0.5)
    assert np.isnan(with_gap[1]) and np.isinf(with_gap[3])
    assert with_gap[[0, 2, 4]] == pytest.approx([1.0, 5 / 3, 3.0])


def test_nothing_is_smoothed_at_zero_and_the_values_given_are_left_alone() -> None:
    values = np.array([3.0, 1.0, 2.0])
    assert list(smoothed(values, 0.0)) == [3.0, 1.0, 2.0]
    smoothed(values, 0.9)
    assert list(values) == [3.0, 1.0, 2.0]


@pytest.mark.parametrize("values", [[], [GAP], [GAP, GAP]])
def test_without_a_number_there_is_nothing_to_smooth(values: list[float]) -> None:
    assert np.array_equal(smoothed(np.array(values), 0.9), np.array(values), equal_nan=True)


@pytest.mark.parametrize("weight", [1.0, -0.1, 2.0, GAP])
def test_a_weight_that_is_none_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="weight"):
        smoothed(np.array([1.0]), weight)
