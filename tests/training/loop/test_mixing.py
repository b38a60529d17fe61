import numpy as np
import pytest

from core.training.loop.mixing import blend, shares, targets


def test_smoothing_by_hand() -> None:
    found = targets(np.array([2, 0]), 3, 0.3)
    np.testing.assert_allclose(found, [[0.1, 0.1, 0.8], [0.8, 0.1, 0.1]], rtol=1e-6)
    np.testing.assert_array_equal(targets(np.array([1]), 2, 0.0), [[0, 1]])


def test_a_slice_keeps_most_of_itself() -> None:
    found = shares(2000, 0.4, np.random.default_rng(0))
    assert found.min() >= 0.5 and found.max() <= 1
    # half of Beta(1, 1), folded, lies above three quarters
    even = shares(20000, 1.0, np.random.default_rng(0))
    assert (even > 0.75).mean() == pytest.approx(0.5, abs=0.02)


def test_without_mixup_nothing_is_given_away() -> None:
    assert shares(5, 0.0, np.random.default_rng(0)).tolist() == [1.0] * 5


@pytest.mark.tensorflow
def test_blending_by_hand() -> None:
    rows = np.array([[1, 0], [0, 1], [4, 4]], np.float32)
    found = blend(rows, np.array([0.5, 0.75, 1.0], np.float32)).numpy()
    np.testing.assert_allclose(found, [[2.5, 2.0], [0.25, 0.75], [4, 4]])
    pictures = np.arange(2 * 2 * 2, dtype=np.float32).reshape(2, 2, 2, 1)
    both = blend(pictures, np.array([0.5, 1.0], np.float32)).numpy()
    np.testing.assert_allclose(both[0], (pictures[0] + pictures[1]) / 2)
    np.testing.assert_allclose(both[1], pictures[1])
    np.testing.assert_allclose(blend(rows[:1], np.array([0.5], np.float32)).numpy(), rows[:1])
