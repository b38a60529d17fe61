import cv2
import numpy as np
import pytest

from core.imaging import body
from tests.imaging.conftest import shared


def test_the_table_is_left_out(ct_slice: np.ndarray) -> None:
    left, top, right, bottom = body.find(ct_slice)
    assert (abs(left - 30), abs(top - 25), abs(right - 211), abs(bottom - 156)) <= (5, 5, 6, 6)
    assert bottom < 180


def test_fat_that_a_narrow_window_shows_black_stays_in() -> None:
    grey = np.zeros((320, 320), np.uint8)
    cv2.ellipse(grey, (160, 150), (120, 90), 0, 0, 360, 120, 2)
    cv2.circle(grey, (160, 190), 25, 220, -1)
    left, top, right, bottom = body.find(grey)
    assert left <= 42 and right >= 278 and top <= 62 and bottom >= 238, "the skin's ring bounds the body"


@pytest.mark.parametrize("level", [0, 5, 128, 255])
def test_an_even_picture_is_kept_whole(level: int) -> None:
    assert body.find(np.full((100, 130), level, np.uint8)) == (0, 0, 130, 100)


def test_a_speck_is_no_body() -> None:
    grey = np.zeros((300, 300), np.uint8)
    cv2.circle(grey, (200, 200), 12, 255, -1)
    assert body.find(grey) == (0, 0, 300, 300)


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (2, 3), (64, 1000)])
def test_odd_shapes(shape: tuple[int, int]) -> None:
    grey = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    left, top, right, bottom = body.find(grey)
    assert 0 <= left < right <= shape[1] and 0 <= top < bottom <= shape[0]


@pytest.mark.data
def test_real_slices_and_their_contrast_enhanced_copies_get_much_the_same_box() -> None:
    members = list(shared("kidney-ct.zip", lambda name: name.endswith("7).jpg")))[::8]
    assert len(members) > 40
    overlaps, enhance = [], cv2.createCLAHE(4.0, (8, 8))
    for _, data in members:
        grey = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
        overlaps.append(_overlap(body.find(grey), body.find(enhance.apply(grey))))
    assert np.mean(overlaps) > 0.93 and np.percentile(overlaps, 2) > 0.6


def _overlap(one: body.Box, other: body.Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    shared_area = max(0, wide) * max(0, high)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared_area / (sum(areas) - shared_area)
