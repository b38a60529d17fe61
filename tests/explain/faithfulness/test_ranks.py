"""Rank correlation and overlap, against numbers worked by hand and against scipy."""

import numpy as np
import pytest

from core.explain.faithfulness.ranks import hottest, overlap, ranks, spearman


def test_ties_share_the_mean_of_their_places() -> None:
    np.testing.assert_array_equal(ranks(np.array([[3, 1], [3, 9]])), [2.5, 1, 2.5, 4])


def test_correlation_worked_by_hand() -> None:
    # ranks 1 2 3 4 and 2 1 4 3: 1 - 6 * (1 + 1 + 1 + 1) / (4 * 15) = 0.6
    assert spearman(np.array([10, 20, 30, 40]), np.array([0.2, 0.1, 7.0, 0.5])) == pytest.approx(0.6)
    assert spearman(np.array([1, 2, 3]), np.array([1, 8, 27])) == pytest.approx(1.0)
    assert spearman(np.array([1, 2, 3]), np.array([0, -1, -2])) == pytest.approx(-1.0)


def test_it_is_scipys_with_ties() -> None:
    from scipy.stats import spearmanr

    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 6, (9, 7)), rng.integers(0, 4, (9, 7))
    assert spearman(one, other) == pytest.approx(spearmanr(one.ravel(), other.ravel()).statistic)


def test_what_has_no_order_has_no_correlation() -> None:
    assert spearman(np.ones((3, 3)), np.arange(9).reshape(3, 3)) is None


def test_maps_of_two_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="one shape"):
        spearman(np.ones((3, 3)), np.ones((3, 4)))


@pytest.mark.parametrize(("share", "taken"), [(0.0, 1), (0.2, 2), (0.3, 3), (0.5, 3), (1.0, 3)])
def test_only_hot_places_are_hottest(share: float, taken: int) -> None:
    heat = np.array([0, 0, 0, 0, 0, -1, 0, 5, 2, 9])
    assert hottest(heat, share).sum() == taken


def test_overlap_is_intersection_over_union() -> None:
    one, other = np.zeros(20), np.zeros(20)
    one[[3, 4]], other[[4, 5]] = (2, 3), (1, 2)
    # the hottest tenth of 20 places are two: one of three is in both
    assert overlap(one, other, 0.1) == pytest.approx(1 / 3)
    assert overlap(one, one, 0.1) == 1.0
    assert overlap(np.zeros(20), np.zeros(20), 0.1) is None
