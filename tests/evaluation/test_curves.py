import json
import time

import numpy as np
import pytest

from core.evaluation import curves, metrics
from core.evaluation.answers import Answers

LABELS = ("a", "b")
TRUTH = np.array([1, 0, 1, 0])
CHANCES = np.array([[0.1, 0.9], [0.3, 0.7], [0.6, 0.4], [0.8, 0.2]])


def drawn(count: int, classes: int = 3, seed: int = 0, digits: int = 6) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, count)
    logits = rng.normal(size=(count, classes)) + 1.2 * np.eye(classes)[truth]
    powers = np.exp(logits)
    return truth, np.round(powers / powers.sum(axis=1, keepdims=True), digits)


def test_a_curve_worked_by_hand() -> None:
    found = curves.roc(LABELS, TRUTH, CHANCES)
    # from the surest down: right, wrong, right, wrong
    assert found["b"] == [
        {"false": 0.0, "true": 0.0, "at": 2.0},
        {"false": 0.0, "true": 0.5, "at": 0.9},
        {"false": 0.5, "true": 0.5, "at": 0.7},
        {"false": 0.5, "true": 1.0, "at": 0.4},
        {"false": 1.0, "true": 1.0, "at": 0.2},
    ]
    assert curves.area(found["b"]) == 0.75
    assert json.loads(json.dumps(found)) == found


def test_ties_are_one_step_whatever_their_order() -> None:
    chances = np.full((4, 2), 0.5)
    for truth in (TRUTH, TRUTH[::-1]):
        found = curves.roc(LABELS, truth, chances)["b"]
        assert [(one["false"], one["true"]) for one in found] == [(0, 0), (1, 1)]
        assert curves.area(found) == 0.5


def test_a_perfect_and_an_upside_down_answer() -> None:
    chances = np.array([[0.1, 0.9], [0.9, 0.1], [0.2, 0.8], [0.8, 0.2]])
    assert curves.area(curves.roc(LABELS, TRUTH, chances)["a"]) == 1.0
    assert curves.area(curves.roc(LABELS, TRUTH, chances[:, ::-1])["a"]) == 0.0


@pytest.mark.parametrize("truth", [np.zeros(4, int), np.ones(4, int)])
def test_a_class_without_another_side_has_no_curve(truth: np.ndarray) -> None:
    assert curves.roc(LABELS, truth, CHANCES) == {"a": [], "b": []}


@pytest.mark.parametrize("count", [50, 500, 20_000])
@pytest.mark.parametrize("digits", [2, 6])
@pytest.mark.parametrize("seed", range(3))
def test_thinning_keeps_the_area_and_the_ends(count: int, digits: int, seed: int) -> None:
    truth, chances = drawn(count, seed=seed, digits=digits)
    exact = metrics.auc(truth, chances)
    found = curves.roc(("x", "y", "z"), truth, chances)
    for at, curve in enumerate(found.values()):
        assert 2 <= len(curve) <= curves.POINTS
        assert curves.area(curve) == pytest.approx(exact[at], abs=1e-3)
        false, true, chance = (np.array([one[key] for one in curve]) for key in ("false", "true", "at"))
        assert (curve[0]["false"], curve[0]["true"]) == (0, 0)
        assert (curve[-1]["false"], curve[-1]["true"]) == (1, 1)
        assert (np.diff(false) >= 0).all() and (np.diff(true) >= 0).all() and (np.diff(chance) < 0).all()


def test_thinning_is_not_misled_by_a_rare_class() -> None:
    rng = np.random.default_rng(1)
    truth = (np.arange(30_000) < 40).astype(int)
    right = np.clip(rng.normal(0.3 + 0.2 * truth, 0.15), 0.001, 0.999)
    chances = np.stack([1 - right, right], axis=1)
    curve = curves.roc(LABELS, truth, chances)["b"]
    assert curves.area(curve) == pytest.approx(metrics.auc(truth, chances)[1], abs=1e-3)


def test_every_point_is_a_real_one() -> None:
    truth, chances = drawn(2_000)
    for at, curve in enumerate(curves.roc(("x", "y", "z"), truth, chances).values()):
        for one in curve[1:]:
            said = chances[:, at] >= one["at"] - 1e-9
            mine = truth == at
            assert one["true"] == pytest.approx(said[mine].mean(), abs=1e-6)
            assert one["false"] == pytest.approx(said[~mine].mean(), abs=1e-6)


def test_groups_are_counted_by_class_and_the_worst_comes_first() -> None:
    chances = np.array([[0.9, 0.1], [0.6, 0.4], [0.7, 0.3], [0.2, 0.8], [0.4, 0.6]])
    truth = np.array([0, 0, 1, 1, 1])
    found = curves.by_group(LABELS, truth, chances, ["p", "p", "p", "q", "q"])
    assert found == [
        {"group": "p", "label": "b", "slices": 1, "right": 0, "truth": 0.3},
        {"group": "q", "label": "b", "slices": 2, "right": 2, "truth": 0.7},
        {"group": "p", "label": "a", "slices": 2, "right": 2, "truth": 0.75},
    ]
    assert json.loads(json.dumps(found)) == found


def test_of_several_dealings_a_block_has_the_mean() -> None:
    """Both slices right in the first dealing, one of them in the second."""
    chances = np.array([[0.9, 0.1], [0.6, 0.4], [0.8, 0.2], [0.3, 0.7]])
    found = curves.by_group(LABELS, np.zeros(4, int), chances, ["p"] * 4, times=2)
    assert found == [{"group": "p", "label": "a", "slices": 2, "right": 1.5, "truth": 0.65}]


def test_answers_give_both_kinds_of_curves() -> None:
    chances = np.array([[0.9, 0.1], [0.2, 0.8]])
    names = np.array(["x", "y"])
    one = Answers(LABELS, names, np.array(["p", "q"]), np.array([0, 1]), chances, np.zeros(2, int))
    found = curves.of(one)
    assert found["roc"] == curves.roc(LABELS, one.truth, chances)
    assert [group["right"] for group in found["groups"]] == [1, 1]


def test_blocks_by_the_thousand_take_no_time() -> None:
    rng = np.random.default_rng(0)
    groups = np.array([f"P{at // 12:05d}" for at in range(60_000)])
    truth, chances = rng.integers(0, 3, 60_000), rng.dirichlet((1, 1, 1), 60_000)
    begun = time.process_time()
    found = curves.by_group(("x", "y", "z"), truth, chances, groups)
    assert time.process_time() - begun < 2
    assert sum(one["slices"] for one in found) == 60_000
    assert sum(one["right"] for one in found) == (chances.argmax(axis=1) == truth).sum()
