import subprocess
import sys

import cv2
import numpy as np
import pytest

from core.config.params import Augmentation
from core.config.settings import ROOT
from core.training.inputs import augment
from core.training.inputs.augment import change, generator, preview
from tests.support.scans import body

SIDE = 90
NOTHING = {
    "rotation": 0, "shift": 0, "zoom": 0, "mirror": 0, "brightness": 0, "contrast": 0, "equalise": 0,
    "noise": 0, "blur": 0,
}  # fmt: skip
STRONG = {
    "rotation": 30, "shift": 0.2, "zoom": 0.3, "mirror": 1, "brightness": 0.3, "contrast": 0.5, "equalise": 1,
    "noise": 0.1, "blur": 3,
}  # fmt: skip
SLICE = body(SIDE)


def only(**strengths: float) -> Augmentation:
    return Augmentation.model_validate({**NOTHING, **strengths})


class Draws(np.random.Generator):
    """A generator whose uniform draws are these: signed in -1..1, chances and spreads in 0..1."""

    def __init__(self, signed: dict[int, float], rest: float = 0.0) -> None:
        super().__init__(np.random.PCG64(0))
        self.signed, self.rest = signed, rest

    def uniform(self, low, high, size):  # type: ignore[no-untyped-def]
        assert (low, high) == (-1, 1)
        return np.array([self.signed.get(at, 0.0) for at in range(size)])

    def random(self, size):  # type: ignore[no-untyped-def, override]
        return np.full(size, self.rest)


TURN, RIGHT, DOWN, LARGER, BRIGHTER, STEEPER = range(6)


def bar(left: int = 40, width: int = 10) -> np.ndarray:
    square = np.zeros((SIDE, SIDE), np.uint8)
    square[:, left : left + width] = 200
    return square


@pytest.mark.parametrize("drawn", [-1.0, 0.5, 1.0])
def test_a_bar_moves_by_the_drawn_part_of_the_side(drawn: float) -> None:
    copy = change(bar(), only(shift=0.2), Draws({RIGHT: drawn}))
    np.testing.assert_array_equal(copy, bar(40 + round(drawn * 0.2 * SIDE)))


def test_moved_down_black_comes_in_from_above() -> None:
    copy = change(np.full((SIDE, SIDE), 200, np.uint8), only(shift=0.1), Draws({DOWN: 1}))
    assert (copy[:9] == 0).all() and (copy[9:] == 200).all()


def test_between_two_pixels_greys_are_halved() -> None:
    copy = change(bar(), only(shift=0.5), Draws({RIGHT: 0.5 / (0.5 * SIDE)}))
    assert (copy[0, 39], copy[0, 40], copy[0, 41], copy[0, 50]) == (0, 100, 200, 100)


def test_a_mirror_swaps_left_and_right_and_nothing_else() -> None:
    np.testing.assert_array_equal(change(SLICE, only(mirror=1), Draws({})), SLICE[:, ::-1])
    np.testing.assert_array_equal(change(SLICE, only(mirror=0.5), Draws({}, rest=0.5)), SLICE)


def test_a_mirrored_bar_still_moves_to_the_drawn_side() -> None:
    copy = change(bar(10), only(mirror=1, shift=0.1), Draws({RIGHT: 1}))
    np.testing.assert_array_equal(copy, bar(70 + 9))


@pytest.mark.parametrize(("drawn", "right"), [(1, -21.2), (-1, 21.2), (0, 0)])
def test_a_dot_above_the_middle_goes_round_it(drawn: float, right: float) -> None:
    """30 pixels above the middle of the square, turned by 45 degrees: 21.2 up, 21.2 to the side."""
    square = np.zeros((SIDE, SIDE), np.uint8)
    square[14:16, 44:46] = 255
    copy = change(square, only(rotation=45), Draws({TURN: drawn})).astype(float)
    rows, columns = np.indices(copy.shape)
    down, across = ((copy * at).sum() / copy.sum() - 44.5 for at in (rows, columns))
    assert abs(across - right) < 0.3
    assert abs(down - (-21.2 if drawn else -30)) < 0.3


def test_made_larger_a_bar_is_wider_about_the_middle() -> None:
    copy = change(bar(35, 20), only(zoom=0.5), Draws({LARGER: 1}))
    np.testing.assert_array_equal(np.flatnonzero(copy[0] > 100), np.arange(30, 60))
    smaller = change(bar(35, 20), only(zoom=0.5), Draws({LARGER: -1}))
    np.testing.assert_array_equal(np.flatnonzero(smaller[45] > 100), np.arange(40, 50))
    assert not smaller[:22].any() and not smaller[-22:].any()


@pytest.mark.parametrize(
    ("drawn", "greys"), [(1, [26, 126, 226, 255]), (-1, [0, 74, 174, 230]), (0.5, [13, 113, 213, 255])]
)
def test_brightness_adds_a_part_of_the_range(drawn: float, greys: list[int]) -> None:
    levels = np.array([0, 100, 200, 255], np.uint8)
    square = np.repeat(levels[:, None], 4, axis=1)
    copy = change(square, only(brightness=0.1), Draws({BRIGHTER: drawn}))
    np.testing.assert_allclose(copy[:, 0].astype(int), greys, atol=1)


@pytest.mark.parametrize(("drawn", "greys"), [(1, [0, 86, 236, 255]), (-1, [64, 114, 164, 191])])
def test_contrast_is_about_the_middle_of_the_range(drawn: float, greys: list[int]) -> None:
    levels = np.array([0, 100, 200, 255], np.uint8)
    copy = change(np.repeat(levels[:, None], 4, axis=1), only(contrast=0.5), Draws({STEEPER: drawn}))
    np.testing.assert_allclose(copy[:, 0].astype(int), greys, atol=1)


def test_equalised_as_public_copies_are() -> None:
    copy = change(SLICE, only(equalise=1), Draws({}))
    np.testing.assert_array_equal(copy, cv2.createCLAHE(4.0, (8, 8)).apply(SLICE))
    np.testing.assert_array_equal(change(SLICE, only(equalise=0.3), Draws({}, rest=0.3)), SLICE)


def test_noise_has_the_drawn_spread_and_no_bias() -> None:
    grey = np.full((320, 320), 128, np.uint8)
    copy = change(grey, only(noise=0.1), Draws({}, rest=0.5)).astype(float)
    assert abs(copy.mean() - 128) < 0.3
    assert abs(copy.std() - 0.05 * 255) < 0.3


def test_blur_spreads_a_dot_by_sigma() -> None:
    dot = np.zeros((SIDE, SIDE), np.uint8)
    dot[30:60, 30:60] = 255
    copy = change(dot, only(blur=4), Draws({}, rest=0.5)).astype(float)
    edge = np.gradient(copy[45, 15:45])
    places = np.arange(len(edge))
    middle = (edge * places).sum() / edge.sum()
    sigma = np.sqrt((edge * (places - middle) ** 2).sum() / edge.sum())
    assert abs(sigma - 2) < 0.25
    flat = np.full((SIDE, SIDE), 90, np.uint8)
    np.testing.assert_array_equal(change(flat, only(blur=4), Draws({}, rest=1)), flat)


def test_without_strengths_a_copy_is_the_slice() -> None:
    assert augment.idle(only()) and not augment.idle(only(noise=0.01))
    for number in range(5):
        copy = change(SLICE, only(), generator(0, "ab" * 32, number))
        np.testing.assert_array_equal(copy, SLICE)
        assert copy is not SLICE


@pytest.mark.parametrize("name", list(NOTHING))
def test_each_strength_changes_something_and_never_the_slice_itself(name: str) -> None:
    kept = SLICE.copy()
    frozen = SLICE.copy()
    frozen.flags.writeable = False
    copy = change(frozen, only(**{name: STRONG[name]}), generator(0, "ab" * 32, 1))
    assert (copy != SLICE).any()
    np.testing.assert_array_equal(frozen, kept)


def test_the_same_generator_gives_the_same_copy_and_any_other_another() -> None:
    strong = only(**STRONG)
    one = change(SLICE, strong, generator(3, "ab" * 32, 1))
    np.testing.assert_array_equal(one, change(SLICE, strong, generator(3, "ab" * 32, 1)))
    for other in (generator(4, "ab" * 32, 1), generator(3, "cd" * 32, 1), generator(3, "ab" * 32, 2)):
        assert (change(SLICE, strong, other) != one).any()


def test_what_is_left_out_changes_no_other_draw() -> None:
    """Moving one slider of the form leaves the rest of the preview as it was."""
    for number in range(1, 6):
        alone = change(SLICE, only(rotation=20), generator(0, "ab" * 32, number))
        with_mirror_that_is_not_drawn = only(rotation=20, equalise=1e-9, mirror=1e-9, brightness=1e-9)
        beside = change(SLICE, with_mirror_that_is_not_drawn, generator(0, "ab" * 32, number))
        np.testing.assert_array_equal(alone, beside)


def test_draws_fill_their_range_on_both_sides() -> None:
    flat = np.full((32, 32), 128, np.uint8)
    greys = [int(change(flat, only(brightness=0.2), generator(0, "ab" * 32, n))[0, 0]) for n in range(300)]
    assert 77 <= min(greys) <= 82 and 174 <= max(greys) <= 179
    assert abs(np.mean(greys) - 128) < 5


@pytest.mark.parametrize("side", [32, 33, 64, 320, 1024])
@pytest.mark.parametrize("fill", [0, 255, "noise"])
def test_any_square_gives_a_square_of_bytes(side: int, fill: object) -> None:
    rng = np.random.default_rng(0)
    square = rng.integers(0, 256, (side, side), np.uint8) if fill == "noise" else np.full((side, side), fill)
    copy = change(square.astype(np.uint8), only(**STRONG), generator(0, "f" * 64, 16))
    assert copy.shape == (side, side) and copy.dtype == np.uint8


def test_a_preview_shows_what_is_learnt_from() -> None:
    shown = preview(SLICE, Augmentation(), 5, "ab" * 32, 3)
    assert len(shown) == 3
    for number, copy in enumerate(shown, start=1):
        np.testing.assert_array_equal(copy, change(SLICE, Augmentation(), generator(5, "ab" * 32, number)))


def test_pages_can_preview_without_tensorflow() -> None:
    said = (
        "import sys, core.training.inputs.augment, core.training.inputs.squares, core.training.inputs.cache; "
    )
    said += "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras')))"
    assert subprocess.run([sys.executable, "-c", said], cwd=ROOT, timeout=60, check=False).returncode == 0
