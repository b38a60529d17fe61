"""The measures on maps small enough to count by hand."""

import numpy as np
import pytest

from core.domain import Placement
from core.explain.localisation import scores
from core.explain.localisation.names import groups


def test_the_peak_hits_inside_and_close_by_and_nowhere_else() -> None:
    mask = np.zeros((100, 100), bool)
    mask[50, 50] = True
    hits = scores.near(mask)  # 3 pixels on a side of 100
    for row, column, hit in ((50, 50, 1), (53, 50, 1), (50, 47, 1), (54, 50, 0), (53, 53, 0), (0, 0, 0)):
        heat = np.zeros((100, 100), np.float32)
        heat[row, column] = 0.7
        assert scores.pointing(heat, hits) == hit, (row, column)


def test_without_tolerance_only_the_lesion_counts() -> None:
    mask = np.zeros((9, 9), bool)
    mask[4, 4:6] = True
    assert (scores.near(mask, 0.0) == mask).all()


def test_a_map_without_a_peak_gets_what_guessing_gets() -> None:
    hits = np.zeros((10, 10), bool)
    hits[:2, :5] = True
    assert scores.pointing(np.full((10, 10), 0.5, np.float32), hits) == pytest.approx(0.1)


def test_a_map_without_heat_gets_nothing() -> None:
    heat, mask = np.zeros((4, 4), np.float32), np.ones((4, 4), bool)
    assert (scores.pointing(heat, mask), scores.energy(heat, mask), scores.outside(heat, mask)) == (0, 0, 0)


def test_energy_is_the_share_of_heat_on_the_lesion() -> None:
    heat = np.array([[1, 2], [3, 4]], np.float32)
    mask = np.array([[True, False], [False, True]])
    assert scores.energy(heat, mask) == pytest.approx(0.5)
    assert scores.outside(heat, mask) == pytest.approx(0.5)
    assert scores.outside(heat, np.ones((2, 2), bool)) == 0


def test_padding_past_the_slice_is_no_body() -> None:
    body = np.ones((10, 20), bool)
    square = scores.framed(body, Placement(0, -5, 20, 10, 20), 20)
    assert square.sum() == 10 * 20 and square[5:15].all() and not square[:5].any() and not square[15:].any()
    assert scores.outside(np.ones((20, 20), np.float32), square) == pytest.approx(0.5)


def test_the_body_is_where_the_square_shows_it() -> None:
    body = np.zeros((40, 40), bool)
    body[10:20, 20:40] = True
    square = scores.framed(body, Placement(20, 10, 20, 40, 40), 10)
    assert square[:5].all() and not square[5:].any()
    assert not scores.framed(body, Placement(-50, -50, 20, 40, 40), 8).any()


@pytest.mark.parametrize(
    ("names", "together"),
    [
        (["t/images/k1_7_1.jpg", "t/images/k1_7_2.jpg", "t/images/k1_8_1.jpg"], [0, 0, 1]),
        (["x.png", "y.png"], [0, 1]),
        (["case_12.png", "case_13.png"], [0, 1]),
        (
            ["1-3-46-63743635327971342600001-5.jpg", "1-3-46-63743635330971342600001-6.jpg",
             "1-3-46-63743642389971342600001-7.jpg"],
            [0, 0, 1],
        ),
    ],
)  # fmt: skip
def test_who_is_one_person_is_read_off_the_names(names: list[str], together: list[int]) -> None:
    found = groups(names)
    first = list(dict.fromkeys(found[name] for name in names))
    assert [first.index(found[name]) for name in names] == together
