"""Heat over a slice."""

from time import perf_counter

import cv2
import numpy as np
import pytest

from core.explain import overlay
from tests.support.scans import body


def decoded(data: bytes) -> np.ndarray:
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def test_without_heat_the_slice_is_shown_as_it_is() -> None:
    grey = body()
    shown = overlay.blend(grey, np.zeros(grey.shape, np.float32))
    np.testing.assert_array_equal(shown, np.dstack([grey] * 3))


def test_full_heat_at_full_opacity_is_the_colour_itself() -> None:
    shown = overlay.blend(np.full((2, 2), 90, np.uint8), np.ones((2, 2), np.float32), opacity=1)
    np.testing.assert_array_equal(shown[0, 0], overlay.COLOUR_MAPS["inferno"][255])


def test_the_share_of_colour_is_opacity_times_heat() -> None:
    # heat 0.5 at opacity 0.4 is a fifth of colour: 0.8 * 100 + 0.2 * colour
    shown = overlay.blend(np.full((1, 1), 100, np.uint8), np.full((1, 1), 0.5, np.float32), 0.4, "viridis")
    colour = overlay.COLOUR_MAPS["viridis"][128].astype(float)
    np.testing.assert_allclose(shown[0, 0], 0.8 * 100 + 0.2 * colour, atol=1)


def test_inferno_is_black_to_yellow_and_the_default() -> None:
    table = overlay.COLOUR_MAPS[overlay.DEFAULT]
    assert overlay.DEFAULT == "inferno"
    assert table[0].sum() < 10
    assert table[-1][0] > 240
    assert table[-1][1] > 240
    assert table[128][0] > table[128][2], "RGB, not BGR: the middle of inferno is red"


def test_heat_that_is_no_number_or_out_of_range_is_kept_in_range() -> None:
    heat = np.array([[np.nan, -3.0, 7.0]], np.float32)
    shown = overlay.blend(np.full((1, 3), 50, np.uint8), heat, 1)
    np.testing.assert_array_equal(shown[0, 0], [50, 50, 50])
    np.testing.assert_array_equal(shown[0, 1], [50, 50, 50])
    np.testing.assert_array_equal(shown[0, 2], overlay.COLOUR_MAPS["inferno"][255])


@pytest.mark.parametrize(
    ("heat", "opacity", "colours", "named"),
    [
        ((2, 3), 0.5, "inferno", "same"),
        ((2, 2), 1.5, "inferno", "opacity"),
        ((2, 2), 0.5, "jet", "colour_map"),
    ],
)
def test_wrong_arguments_are_named(heat: tuple[int, int], opacity: float, colours: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        overlay.blend(np.zeros((2, 2), np.uint8), np.zeros(heat, np.float32), opacity, colours)


def test_encoding_keeps_grey_and_colour() -> None:
    grey = body()
    rgb = overlay.blend(grey, np.full(grey.shape, 0.7, np.float32), 0.8)
    assert np.abs(decoded(overlay.encode(grey))[..., 0].astype(int) - grey).mean() < 2
    assert np.abs(decoded(overlay.encode(rgb)).astype(int) - rgb).mean() < 3
    assert overlay.encode(rgb).startswith(b"\xff\xd8\xff")
    assert overlay.MIME == "image/jpeg"


def test_a_picture_is_ready_at_once() -> None:
    grey, heat = body(512), np.linspace(0, 1, 512 * 512, dtype=np.float32).reshape(512, 512)
    times = []
    for _ in range(20):
        start = perf_counter()
        overlay.encode(overlay.blend(grey, heat))
        times.append(perf_counter() - start)
    assert np.median(times) < 0.030, "8 ms on a quiet machine; make bench holds that"
