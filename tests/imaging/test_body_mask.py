"""The body's outline: what is body, whatever lies around it."""

import cv2
import numpy as np
import pytest

from core.imaging import body


def abdomen(side: int = 512) -> np.ndarray:
    """(S, S) uint8: an ellipse in air, its half axes 0.4 and 0.3 of the side."""
    picture = np.zeros((side, side), np.uint8)
    cv2.ellipse(picture, (side // 2, side // 2), (int(0.4 * side), int(0.3 * side)), 0, 0, 360, 120, -1)
    return picture


@pytest.mark.parametrize("side", [160, 512, 900])
def test_it_is_the_body_at_any_size(side: int) -> None:
    found = body.mask(abdomen(side))
    assert found.shape == (side, side) and found.dtype == bool
    truth = abdomen(side) > 0
    assert (found & truth).sum() / (found | truth).sum() > 0.88


def test_table_and_text_are_no_body() -> None:
    picture = abdomen()
    cv2.ellipse(picture, (256, 380), (230, 70), 0, 20, 160, 200, 5)
    for place in ((8, 24), (380, 24), (8, 500)):
        cv2.putText(picture, "WW 400 WL 40", place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, 255, 1)
    found, bare = body.mask(picture), body.mask(abdomen())
    assert (found != bare).mean() < 0.01
    assert not found[:40].any() and not found[470:].any()


def test_lungs_open_to_the_edge_and_organs_alone_in_fat_are_body() -> None:
    picture = np.zeros((320, 391), np.uint8)
    picture[200:] = 120  # below the lungs
    picture[:, :25], picture[:, 366:] = 120, 120  # the chest's wall
    assert body.mask(picture)[:200, 60:330].all(), "lungs, black as air"
    island = np.zeros((320, 320), np.uint8)
    cv2.circle(island, (110, 160), 80, 120, -1)
    cv2.circle(island, (270, 160), 18, 120, -1)  # a spleen in black fat
    assert body.mask(island)[160, 190:286].all()


@pytest.mark.parametrize("picture", [
    np.zeros((64, 64), np.uint8), np.full((64, 64), 255, np.uint8), np.zeros((1, 1), np.uint8),
    np.zeros((2, 90), np.uint8), np.full((90, 1), 9, np.uint8),
])  # fmt: skip
def test_where_no_body_is_found_all_is(picture: np.ndarray) -> None:
    assert body.mask(picture).all() and body.mask(picture).shape == picture.shape
