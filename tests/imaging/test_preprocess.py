from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain import Placement, Scan, Window
from core.imaging.preprocess import PreprocessSpec, equalise, frame, lay, model_grey, prepare

PLAIN = PreprocessSpec(size=64, crop_body=False, clahe_clip=0)


def test_a_wide_slice_is_padded_with_black_above_and_below() -> None:
    grey = np.full((32, 64), 200, np.uint8)
    shown, placement = prepare(grey, PLAIN)
    assert placement == Placement(left=0, top=-16, side=64, height=32, width=64)
    assert (shown[:16] == 0).all() and (shown[16:48] == 200).all() and (shown[48:] == 0).all()


def test_odd_padding_still_gives_a_square_that_covers_the_slice() -> None:
    shown, placement = prepare(np.full((64, 33), 9, np.uint8), PLAIN)
    assert (placement.left, placement.side) == (-15, 64)
    assert (shown[:, 15:48] == 9).all() and (shown[:, :15] == 0).all() and (shown[:, 48:] == 0).all()


def test_cropping_drops_the_table_and_the_air(ct_slice: np.ndarray) -> None:
    _, placement = prepare(ct_slice, PreprocessSpec())
    # The body spans x 30..210 and y 25..155; the table lies at y 185.
    assert abs(placement.left - 30) <= 5 and abs(placement.left + placement.side - 210) <= 6
    middle = placement.top + placement.side / 2
    assert abs(middle - 90) <= 5


def test_what_lies_outside_the_body_box_is_black_in_the_square(ct_slice: np.ndarray) -> None:
    shown, _ = prepare(ct_slice, PreprocessSpec(clahe_clip=0))
    assert shown[-20:].max() == 0, "the table would lie in the padding below the body"


def test_same_slice_same_bytes(ct_slice: np.ndarray) -> None:
    first, second = prepare(ct_slice, PreprocessSpec()), prepare(ct_slice.copy(), PreprocessSpec())
    assert first[0].tobytes() == second[0].tobytes() and first[1] == second[1]


@pytest.mark.parametrize(("clip", "tiles"), [(0.0, 8), (2.0, 8), (4.0, 4)])
def test_framed_and_then_equalised_a_slice_is_prepared(ct_slice: np.ndarray, clip: float, tiles: int) -> None:
    spec = PreprocessSpec(clahe_clip=clip, clahe_tiles=tiles)
    shown, placement = prepare(ct_slice, spec)
    square, placed = frame(ct_slice, spec)
    assert placed == placement
    assert np.array_equal(square, prepare(ct_slice, PreprocessSpec(clahe_clip=0))[0])
    before = square.copy()
    assert np.array_equal(equalise(square, spec), shown)
    assert np.array_equal(square, before), "the square itself must stay as it is"
    by_hand = cv2.createCLAHE(clip, (tiles, tiles)).apply(square) if clip else square
    assert np.array_equal(shown, by_hand)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 90),
    st.integers(1, 90),
    st.integers(0, 2**32 - 1),
    st.booleans(),
    st.sampled_from([0.0, 2.0]),
)
def test_any_slice_gives_a_square_inside_bounds(
    height: int, width: int, seed: int, crop: bool, clahe: float
) -> None:
    grey = np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)
    before = grey.copy()
    shown, placement = prepare(grey, PreprocessSpec(size=32, crop_body=crop, clahe_clip=clahe))
    assert shown.shape == (32, 32) and shown.dtype == np.uint8
    assert 1 <= placement.side <= max(height, width)
    assert (placement.height, placement.width) == (height, width)
    assert np.array_equal(grey, before), "the slice itself must stay as it is"


def test_a_read_only_slice_is_fine(ct_slice: np.ndarray) -> None:
    ct_slice.flags.writeable = False
    assert prepare(ct_slice, PreprocessSpec())[0].shape == (320, 320)


def test_the_display_window_never_reaches_the_model() -> None:
    pixels = np.linspace(-500, 500, 100, dtype=np.float32).reshape(10, 10)
    scan = Scan(pixels, "HU", "s", "0", "DICOM", window=Window(400, 1800))
    spec = PreprocessSpec(window_center=40, window_width=400)
    assert np.array_equal(model_grey(scan, spec), model_grey(replace(scan, window=None), spec))


def test_lay_in_a_cropped_square_by_hand() -> None:
    # A 2 x 2 grid over a square of side 4 at (2, 1) of a 6 x 8 slice. Bilinear with pixel centres:
    # the four positions along a side read the grid at -0.25, 0.25, 0.75, 1.25, clamped to 0..1.
    heat = np.array([[0, 4], [8, 12]], np.float32)
    laid = lay(heat, Placement(left=2, top=1, side=4, height=6, width=8))
    row = np.array([0, 1, 3, 4], np.float32)
    by_hand = np.zeros((6, 8), np.float32)
    by_hand[1:5, 2:6] = row + 2 * row[:, None]
    np.testing.assert_allclose(laid, by_hand, atol=1e-5)


def test_lay_in_a_padded_square_by_hand() -> None:
    # A square of side 4 over a slice 2 high: one row of padding above and below is cut away.
    heat = np.array([[0, 4], [8, 12]], np.float32)
    laid = lay(heat, Placement(left=0, top=-1, side=4, height=2, width=4))
    row = np.array([0, 1, 3, 4], np.float32)
    np.testing.assert_allclose(laid, (row + 2 * row[:, None])[1:3], atol=1e-5)


def test_lay_is_zero_when_the_square_misses_the_slice() -> None:
    laid = lay(np.ones((2, 2), np.float32), Placement(left=50, top=50, side=4, height=6, width=8))
    assert laid.shape == (6, 8) and not laid.any()


@pytest.mark.parametrize("shape", [(200, 120), (120, 200), (150, 150)])
def test_a_spot_is_found_where_it_is(shape: tuple[int, int]) -> None:
    """Prepare, look at the brightest cell of a coarse grid, lay it back: the same place."""
    grey = np.full(shape, 40, np.uint8)
    row, column = shape[0] * 3 // 4, shape[1] // 4
    cv2.circle(grey, (column, row), 8, 255, -1)
    shown, placement = prepare(grey, PreprocessSpec(clahe_clip=0))
    heat = cv2.resize(shown.astype(np.float32), (20, 20), interpolation=cv2.INTER_AREA)
    laid = lay(heat, placement)
    found = np.unravel_index(int(laid.argmax()), laid.shape)
    assert abs(found[0] - row) <= 8 and abs(found[1] - column) <= 8
