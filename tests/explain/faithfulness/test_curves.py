"""Deletion and insertion on a model that only looks at one corner."""

import numpy as np
import pytest

from core.explain.blurred import blurred
from core.explain.faithfulness.curves import RANDOM_SHARES, SHARES, both, logits_of_ends, order, replaced
from core.explain.faithfulness.values import Curve
from core.explain.network import probabilities
from core.explain.values import Explanation, Target
from tests.explain.faithfulness.drawn import SIZE, STONE, corner, explanation, right, square, wrong
from tests.explain.networks import Rule


def pair(made: Explanation, target: Target = STONE, network: Rule | None = None) -> tuple[Curve, Curve]:
    asked = network or Rule(corner)
    return both(asked, square(), order(made, SIZE), target, logits_of_ends(asked, square()))


def test_area_worked_by_hand() -> None:
    # trapezoids: 0.5 * (1 + 0.5) / 2 + 0.5 * (0.5 + 0) / 2 = 0.375 + 0.125
    curve = Curve(np.array([0, 0.5, 1]), np.array([1, 0.5, 0]), np.zeros((3, 2)))
    assert curve.area == pytest.approx(0.5)
    assert curve.at(0.25) == pytest.approx(0.75)
    # from its ends alone: (1 + 0) / 2
    assert curve.area_over(np.array([0, 1.0])) == pytest.approx(0.5)


def test_the_ends_are_the_slice_and_the_blurred_slice() -> None:
    deletion, insertion = pair(right())
    sharp, soft = corner(square()), corner(blurred(square()))
    # two classes, Cyst's logit is 0: a sigmoid of the logit over the temperature 2
    expected = [1 / (1 + np.exp(-value / 2)) for value in (sharp, soft)]
    assert [deletion.probabilities[0], deletion.probabilities[-1]] == pytest.approx(expected, abs=1e-6)
    assert [insertion.probabilities[-1], insertion.probabilities[0]] == pytest.approx(expected, abs=1e-6)


def test_blurring_the_corner_costs_all_and_blurring_elsewhere_nothing() -> None:
    deletion, insertion = pair(right())
    # 8 x 8 of 40 x 40 are 4 %: by 10 % the bilinear heat has taken them all
    assert deletion.at(0.1) == pytest.approx(deletion.probabilities[-1], abs=0.01)
    assert insertion.at(0.1) == pytest.approx(insertion.probabilities[-1], abs=0.01)
    deletion, insertion = pair(wrong())
    assert deletion.at(0.03) == pytest.approx(deletion.probabilities[0], abs=1e-6)
    assert insertion.at(0.03) == pytest.approx(insertion.probabilities[0], abs=1e-6)


def test_a_better_map_has_less_under_deletion_and_more_under_insertion() -> None:
    (down, up), (worse_down, worse_up) = pair(right()), pair(wrong())
    assert down.area < worse_down.area
    assert up.area > worse_up.area


def test_a_contrast_follows_the_class_among_the_two() -> None:
    network = Rule(corner, Tumor=lambda _: 4.0)
    deletion, _ = pair(right(), Target("Stone", "Tumor"), network)
    logits = network.logits(square()[None])[0]
    assert deletion.probabilities[0] == pytest.approx(probabilities(logits[1:], 2.0)[0], abs=1e-6)
    assert deletion.all[0] == pytest.approx(probabilities(logits, 2.0), abs=1e-6)


def test_every_classs_probability_is_kept_and_adds_up() -> None:
    deletion, insertion = pair(right())
    assert deletion.all.shape == (len(SHARES), 2)
    np.testing.assert_allclose(deletion.all.sum(axis=1), 1.0)
    np.testing.assert_allclose(insertion.all[:, 1], insertion.probabilities)


def test_saturated_logits_give_no_nan() -> None:
    network = Rule(lambda picture: 1e4 * corner(picture))
    deletion, insertion = pair(right(), network=network)
    assert np.isfinite(deletion.probabilities).all()
    assert np.isfinite(insertion.probabilities).all()


def test_the_hottest_go_first_and_each_place_once() -> None:
    taken = order(right(), SIZE)
    assert sorted(taken) == list(range(SIZE * SIZE))
    heat = right().square(SIZE).ravel()[taken]
    assert (np.diff(heat) <= 0).all()


def test_places_without_heat_do_not_go_from_top_to_bottom() -> None:
    taken = order(right(), SIZE)
    cold = taken[right().square(SIZE).ravel()[taken] == 0]
    rows = cold // SIZE
    # in scan order the first half would lie wholly above the second
    assert abs(rows[: len(rows) // 2].mean() - rows[len(rows) // 2 :].mean()) < SIZE / 4
    np.testing.assert_array_equal(taken, order(right(), SIZE))


def test_ties_are_taken_by_another_map_of_another_seed() -> None:
    one = right()
    other = explanation(one.raw)
    object.__setattr__(other, "ask", type(one.ask)("closed-form", one.ask.target, seed=5))
    assert (order(one, SIZE) != order(other, SIZE)).any()


@pytest.mark.parametrize(("share", "gone"), [(0.0, 0), (0.25, 1), (0.5, 2), (1.0, 4)])
def test_a_share_of_the_places_is_replaced(share: float, gone: int) -> None:
    before = np.array([[1, 2], [3, 4]], np.uint8)
    after = replaced(before, np.full((2, 2), 9, np.float32), np.array([3, 0, 1, 2]), share)
    assert (after == 9).sum() == gone
    if gone:
        assert after[1, 1] == 9
    assert before.tolist() == [[1, 2], [3, 4]]


def test_random_maps_are_asked_at_some_of_the_maps_own_shares() -> None:
    assert set(RANDOM_SHARES) <= set(SHARES)
    assert 0.1 in SHARES
    assert list(SHARES) == sorted(set(SHARES))
    assert (SHARES[0], SHARES[-1], RANDOM_SHARES[0], RANDOM_SHARES[-1]) == (0, 1, 0, 1)
