"""What replaces a part of a square."""

import numpy as np
import pytest

from core.explain.blurred import blurred, without


@pytest.mark.parametrize("grey", [0, 37, 255])
def test_a_constant_square_is_itself(grey: int) -> None:
    soft = blurred(np.full((40, 40), grey, np.uint8))
    assert soft.dtype == np.float32
    np.testing.assert_array_equal(soft, np.full((40, 40), grey, np.float32))


def test_a_stone_is_gone_and_the_body_is_still_there() -> None:
    square = np.full((320, 320), 90, np.uint8)
    square[:, :60] = 0
    square[150:158, 200:208] = 255
    soft = blurred(square)
    # 64 pixels of +165 under a Gaussian of sigma 16: at most 165 * 64 / (2 pi 256) = 6.6 grey levels
    assert 90 < soft[154, 204] < 97
    assert soft[154, 0] < 1
    assert soft[154, 300] == pytest.approx(90, abs=0.1)


def test_it_keeps_the_range_and_leaves_the_square_alone() -> None:
    square = np.random.default_rng(0).integers(3, 250, (64, 64)).astype(np.uint8)
    before = square.copy()
    soft = blurred(square)
    assert soft.min() >= square.min()
    assert soft.max() <= square.max()
    assert soft.std() < 0.2 * square.std()
    np.testing.assert_array_equal(square, before)


def test_mixed_squares_may_be_floats() -> None:
    half = np.full((10, 10), 12.5, np.float32)
    np.testing.assert_array_equal(blurred(half), half)


@pytest.mark.parametrize("shape", [(4, 5), (4,), (1, 4, 4), (0, 0)])
def test_what_is_no_square_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="square"):
        blurred(np.zeros(shape, np.uint8))


def test_only_the_patch_changes_and_it_is_the_blurred_square() -> None:
    square = np.random.default_rng(0).integers(0, 255, (64, 64)).astype(np.uint8)
    soft, inside = blurred(square), np.zeros((64, 64), bool)
    inside[8:40, 20:52] = True
    mixed = without(square, soft, (8, 40), (20, 52))
    np.testing.assert_array_equal(mixed[~inside], square[~inside])
    np.testing.assert_array_equal(mixed[inside], soft[inside])
    assert mixed.dtype == np.float32


def test_the_smallest_patch_is_one_pixel() -> None:
    square = np.zeros((8, 8), np.uint8)
    square[3, 3] = 200
    mixed = without(square, blurred(square), (3, 4), (3, 4))
    assert 0 < mixed[3, 3] < 200
    assert np.count_nonzero(mixed) == 1
