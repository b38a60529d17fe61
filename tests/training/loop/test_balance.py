import numpy as np
import pytest

from core.training.loop.balance import drawn, weights


def test_weights_by_hand() -> None:
    np.testing.assert_allclose(weights(np.array([0, 0, 0, 1])), [2 / 3, 2 / 3, 2 / 3, 2.0], rtol=1e-6)


def test_a_class_that_is_not_there_plays_no_part() -> None:
    np.testing.assert_allclose(weights(np.array([0, 2, 2, 2])), [2.0, 2 / 3, 2 / 3, 2 / 3], rtol=1e-6)


def test_classes_weigh_alike_and_slices_1_on_average() -> None:
    labels = np.repeat([0, 1, 2, 3], [50, 9, 3, 1])
    found = weights(labels)
    assert found.mean() == pytest.approx(1)
    assert [found[labels == one].sum() for one in range(4)] == pytest.approx([63 / 4] * 4)


def test_classes_are_drawn_alike_and_no_slice_again_before_its_turn() -> None:
    labels = np.array([0] * 6 + [1] * 2)
    found = drawn(labels, np.random.default_rng(0))
    assert len(found) == 8
    times = np.bincount(found, minlength=8)
    assert times[:6].sum() == 4 and times[:6].max() == 1
    assert times[6:].tolist() == [2, 2]


@pytest.mark.parametrize("counts", [(7,), (1, 1), (5, 3, 2), (0, 4, 1), (100, 1, 1, 1)])
def test_as_many_are_drawn_as_there_are(counts: tuple[int, ...]) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    found = labels[drawn(labels, np.random.default_rng(1))]
    assert len(found) == len(labels)
    times = np.bincount(found, minlength=len(counts))[np.array(counts) > 0]
    assert times.max() - times.min() <= 1


def test_the_same_generator_draws_the_same() -> None:
    labels = np.repeat([0, 1, 2], [30, 20, 3])
    first, again, other = (drawn(labels, np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
