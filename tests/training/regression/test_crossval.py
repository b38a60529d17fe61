from dataclasses import replace

import numpy as np
import pytest

from core.config.params import Declining, Params
from core.training import thresholds
from core.training.inputs.strangers import Strangers
from core.training.regression import crossval
from core.training.regression.crossval import Bank, Held


def bank(count: int = 120, blocks: int = 12) -> tuple[Bank, np.ndarray, np.ndarray]:
    """Blocks that differ by a colour of their own; class in feature 0."""
    rng = np.random.default_rng(0)
    block = np.arange(count) * blocks // count
    labels = (block % 2).astype(np.intp)
    own = rng.normal(size=(blocks, 8))[block]
    features = (own + 0.05 * rng.normal(size=(count, 8))).astype(np.float32)
    features[:, 0] += 6 * labels
    moved = features + rng.normal(scale=0.1, size=features.shape).astype(np.float32)
    return Bank(labels, {"plain": features, "contrast": moved}, np.ones(count, bool)), block, labels


def test_every_slice_is_answered_by_a_head_that_never_saw_its_fold() -> None:
    slices, block, _ = bank()
    folds = (block % 4).astype(np.intp)
    held = crossval.held_out(slices, folds, Params())
    for fold in range(4):
        alone = crossval.fit(slices.some(folds != fold), Params().training)
        np.testing.assert_allclose(
            held.logits[folds == fold], alone.logits(slices.features["plain"][folds == fold]), atol=1e-5
        )


def test_the_figures_leave_out_slices_that_only_help() -> None:
    slices, block, labels = bank()
    kept = block < 10
    held = crossval.held_out(
        Bank(slices.labels, slices.features, kept), (block % 4).astype(np.intp), Params()
    )
    assert len(held.truth) == len(held.logits) == kept.sum()
    np.testing.assert_array_equal(held.truth, labels[kept])


def test_a_random_split_remembers_what_patients_look_like() -> None:
    """Labels that only a block's own look tells: nothing to learn for another patient."""
    slices, block, _ = bank(240, 24)
    labels = np.random.default_rng(3).permutation(np.arange(24) % 2)[block].astype(np.intp)
    features = {
        name: values - 6 * slices.labels[:, None] * np.eye(8)[0] for name, values in slices.features.items()
    }
    meaningless = Bank(labels, {name: f.astype(np.float32) for name, f in features.items()}, slices.reported)
    params = Params()
    params = params.model_copy(
        update={"training": params.training.model_copy(update={"inverse_penalty": 10.0})}
    )
    grouped = crossval.held_out(meaningless, (block % 4).astype(np.intp), params)
    random = crossval.held_out(meaningless, (np.arange(240) % 4).astype(np.intp), params)
    right = [float((held.logits.argmax(axis=1) == held.truth).mean()) for held in (grouped, random)]
    assert right[1] > right[0] + 0.15


def test_a_folds_temperature_comes_from_the_others() -> None:
    """Fold 0 boasts, fold 1 is modest; each is judged by what the other needed."""
    truth = np.array([0, 0, 0, 1] * 50)
    folds = np.repeat([0, 1], 100)
    logits = np.zeros((200, 2), np.float32)
    logits[:100, 0], logits[100:, 0] = np.log(9.0), np.log(3.0)
    held = Held(truth, folds, np.zeros(200, int), logits, logits[:0], np.zeros(200, np.float32), {})
    chances = held.probabilities()
    # fold 1 is right 3 of 4 at 3 to 1: temperature 1, so fold 0 keeps its 9 to 1
    assert chances[0, 0] == pytest.approx(0.9, abs=1e-3)
    # fold 0 needs temperature 2
    assert chances[150, 0] == pytest.approx(np.sqrt(3) / (1 + np.sqrt(3)), abs=1e-3)


def test_dealings_are_calibrated_each_by_itself() -> None:
    """What another dealing answered about the same slices says nothing about this one's heads."""
    truth = np.array([0, 0, 0, 1] * 50)
    folds = np.repeat([0, 1], 100)
    logits = np.zeros((200, 2), np.float32)
    logits[:100, 0], logits[100:, 0] = np.log(9.0), np.log(3.0)
    once = Held(truth, folds, np.zeros(200, int), logits, logits[:0], np.zeros(200, np.float32), {})
    other = replace(once, logits=4 * logits)
    both = Held.joined([once, other])
    assert both.times == 2
    np.testing.assert_allclose(both.probabilities()[:200], once.probabilities())
    np.testing.assert_allclose(both.probabilities()[200:], other.probabilities())


def test_slices_that_are_never_held_out_help_every_fold() -> None:
    slices, block, _ = bank(240, 24)
    extra = Bank(slices.labels, slices.features, block % 4 != 3)
    folds = np.where(block % 4 == 3, -1, block % 4).astype(np.intp)
    held = crossval.held_out(extra, folds, Params())
    assert set(held.folds) == {0, 1, 2}
    assert len(held.truth) == int((block % 4 != 3).sum())


def test_thresholds_decline_the_share_that_is_wanted_and_strangers_are_counted() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(scale=2, size=(1000, 3)).astype(np.float32)
    far = np.array([[0.5, 2.0, 2.0, 0.5]] * 2, np.float32)
    distances = np.linspace(0, 1, 1000).astype(np.float32)
    truth = np.where(rng.random(1000) < 0.7, logits.argmax(axis=1), rng.integers(0, 3, 1000))
    folds, once = np.arange(1000) % 2, np.zeros(1000, int)
    held = Held(truth, folds, once, logits, logits[:0], distances, {"other": far})
    sure = held.probabilities()
    limits = thresholds.choose(sure, distances, Declining(answered=0.8, refused=0.05))
    assert limits.distance == pytest.approx(0.95, abs=0.01)
    others = Strangers(
        ("a", "b", "c", "d"), np.zeros((4, 2), np.float32), np.array([True, False, False, False])
    )
    found = thresholds.figures(sure, truth, distances, limits, {"other": (others, held.strangers["other"])})
    assert found["not_ct"]["refused"] == pytest.approx(0.05, abs=0.002)
    assert found["not_ct"]["other"] == {"refused": 0.75, "refused_by_distance": 0.5, "slices": 4}
    assert 0.8 <= found["unsure"]["answered"] < 0.83
