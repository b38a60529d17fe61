"""Levels at their edges, and sentences as a clinician reads them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from core.explain.faithfulness import words
from core.explain.faithfulness.checked import Checked
from core.explain.faithfulness.values import Curve, Curves, Trust
from core.explain.values import Ask, Target

SHARES = np.array([0.0, 0.1, 0.5, 1.0])
PASSED, FAILED = Checked((0.1, 0.0), (0.1, 0.2), 4), Checked((0.9, 0.8), (0.9, 0.9), 4)
STABLE = {"moved by 3 pixels": 0.9, "given a little noise": 0.85}


def curve(*values: float) -> Curve:
    return Curve(SHARES, np.array(values), np.array([[1 - one, one] for one in values]))


def curves(down: Any = (0.82, 0.31, 0.2, 0.1), up: Any = (0.1, 0.6, 0.8, 0.82)) -> Curves:
    """Against two random maps; the map given by default beats both of them both ways."""
    falling = np.array([(0.82, 0.80, 0.5, 0.1), (0.82, 0.78, 0.6, 0.1)])
    rising = np.array([(0.1, 0.10, 0.4, 0.82), (0.1, 0.14, 0.5, 0.82)])
    return Curves(curve(*down), curve(*up), SHARES, falling, rising)


def trust(level: Any = "good", stability: Mapping[str, float] = STABLE) -> Trust:
    target = Target("Stone")
    said = words.sentences(target, curves(), stability)
    return Trust(Ask("closed-form", target), *curves(), stability=stability, level=level, sentences=said)


@pytest.mark.parametrize(
    ("beats", "stable", "swing", "level"),
    [
        (0.9, 0.8, 0.05, "good"),
        (1.0, 1.0, 1.0, "good"),
        (0.89, 0.8, 0.5, "fair"),
        (0.9, 0.79, 0.5, "fair"),
        (0.6, 0.5, 0.5, "fair"),
        (0.59, 0.9, 0.5, "poor"),
        (0.9, 0.49, 0.5, "poor"),
        (0.0, -1.0, 0.5, "poor"),
        (0.9, 0.9, 0.049, "fair"),
        (0.0, 0.9, 0.049, "fair"),
        (0.0, 0.49, 0.049, "poor"),
    ],
)
def test_levels_at_their_edges(beats: float, stable: float, swing: float, level: str) -> None:
    assert words.level(beats, stable, swing) == level


def test_the_share_of_random_maps_is_worked_by_hand() -> None:
    assert words.share_beaten(curves()) == 1.0
    # the map's deletion is the first random one's: a tie and one beaten of two; its insertion beats none
    drawn = curves(down=(0.82, 0.80, 0.5, 0.1), up=(0.1, 0.1, 0.1, 0.82))
    assert words.share_beaten(drawn) == pytest.approx((0.75 + 0.0) / 2)
    assert words.swing(drawn) == pytest.approx(0.72)


def test_the_sentences_say_what_was_measured() -> None:
    down, up, beats, stable = words.sentences(Target("Stone"), curves(), STABLE)
    assert down == (
        "Blurring the hottest 10 % of the slice takes Stone from 82 % to 31 %; "
        "a random tenth takes it to 79 %."
    )
    assert up == (
        "With only the hottest 10 % sharp and the rest blurred, Stone has 60 %; with a random tenth 12 %."
    )
    assert beats == "On both together the map beats 100 % of 2 random maps as smooth as it is."
    assert stable == "The map hardly changes when the slice is moved by 3 pixels or given a little noise."


def test_the_worst_change_is_named() -> None:
    *_, fair = words.sentences(Target("Stone"), curves(), {**STABLE, "given a little noise": 0.61})
    assert fair == "The map changes somewhat when the slice is given a little noise (rank correlation 0.61)."
    *_, poor = words.sentences(Target("Stone"), curves(), {**STABLE, "moved by 3 pixels": -0.2})
    assert poor == "The map becomes another one when the slice is moved by 3 pixels (rank correlation -0.20)."


def test_a_contrast_is_named_with_both_classes() -> None:
    assert "takes Stone (against Cyst) from" in words.sentences(Target("Stone", "Cyst"), curves(), {})[0]


def test_a_probability_that_never_moves_tells_nothing() -> None:
    still = np.full((2, 4), 0.99)
    flat = Curves(curve(0.99, 0.99, 0.98, 0.98), curve(0.98, 0.98, 0.98, 0.99), SHARES, still, still)
    first, *_ = words.sentences(Target("Stone"), flat, STABLE)
    assert first == (
        "Whatever is blurred, Stone stays within 1 point of 99 %: the curves can't tell whether this map is "
        "right."
    )


def test_a_failed_randomisation_check_comes_first_and_makes_any_map_poor() -> None:
    found = words.judged(trust("good"), FAILED, 0.9)
    assert found.level == "poor"
    assert found.sentences[0].startswith("This method's maps hardly change when the model's weights are")


def test_a_passed_check_changes_no_level_and_is_said_last() -> None:
    for level in ("good", "fair", "poor"):
        found = words.judged(trust(level), PASSED)
        assert found.level == level
        assert "it comes from what was learned" in found.sentences[-1]


def test_what_leaves_the_app_says_what_the_check_says_too() -> None:
    for checked in (FAILED, PASSED, None):
        own, found = trust("good"), words.settled(trust("good"), checked)
        said = words.judged(own, checked)
        assert (found.level, found.sentences) == (said.level, said.sentences)
        assert (found.ask, found.deletion.area, found.stability) == (
            own.ask,
            own.deletion.area,
            own.stability,
        )
    assert words.settled(trust("good"), FAILED).level == "poor"


def test_what_was_not_checked_is_said() -> None:
    assert "wasn't checked for this model" in words.judged(trust(), None).sentences[-1]


@pytest.mark.parametrize(
    ("agrees", "level", "said"),
    [(0.2, "good", "agree in part"), (0.19, "fair", "point elsewhere"), (0.5, "good", "the same places"),
     (-1.0, "fair", "point elsewhere")],
)  # fmt: skip
def test_methods_that_point_elsewhere_cost_the_best_level(agrees: float, level: str, said: str) -> None:
    found = words.judged(trust("good"), PASSED, agrees)
    assert found.level == level
    assert any(said in one for one in found.sentences)


def test_a_flat_map_stays_flat_whatever_else_is_known() -> None:
    assert words.judged(trust("flat"), FAILED, 0.9).level == "flat"


def test_every_level_has_words() -> None:
    assert len({words.headline(one) for one in ("good", "fair", "poor", "flat")}) == 4
