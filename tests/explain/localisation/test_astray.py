"""The share of one map's heat outside the body, counted by hand."""

import numpy as np
import pytest

from core.domain import ModelRef, Placement
from core.explain.localisation import astray
from core.explain.localisation.outside import LIMIT
from core.explain.values import Ask, Explanation, Target
from core.imaging.preprocess import PreprocessSpec
from tests.support import scans

SPEC = PreprocessSpec(size=64, crop_body=False, clahe_clip=0)


def a_map(raw: np.ndarray) -> Explanation:
    square = Placement(0, 0, 64, 64, 64)
    return Explanation(Ask("closed-form", Target("Stone")), raw.astype(np.float32), "logit", "features",
                       square, ModelRef("m", "1", "ab" * 32), 1, 1.0)  # fmt: skip


def slice_with_a_body_on_the_left() -> np.ndarray:
    pixels = np.zeros((64, 64), np.uint8)
    pixels[:, :32] = 120
    return pixels


@pytest.mark.parametrize(("left", "right", "share"), [(1, 0, 0.0), (0, 1, 1.0), (1, 1, 0.5), (3, 1, 0.25)])
def test_heat_beside_the_body_is_counted(left: float, right: float, share: float) -> None:
    # the grid is as fine as the square, and nothing lies at the body's edge
    raw = np.zeros((64, 64))
    raw[20:30, 5:15], raw[20:30, 50:60] = left, right
    scan = scans.grey(slice_with_a_body_on_the_left())
    assert astray.astray(a_map(raw), scan, SPEC) == pytest.approx(share, abs=1e-6)


def test_a_flat_map_has_no_heat_to_lie_anywhere() -> None:
    scan = scans.grey(slice_with_a_body_on_the_left())
    for raw in (np.zeros((8, 8)), np.ones((8, 8)), -np.ones((8, 8))):
        assert astray.astray(a_map(raw), scan, SPEC) is None


def test_what_speaks_against_is_counted_where_it_lies() -> None:
    raw = np.zeros((64, 64))
    raw[20:30, 5:15], raw[20:30, 50:60] = 1, -1
    scan = scans.grey(slice_with_a_body_on_the_left())
    assert astray.astray(a_map(raw).turned(), scan, SPEC) == pytest.approx(1.0)


def test_a_share_is_said_and_too_large_a_one_is_flagged() -> None:
    assert astray.said(0.0) == "None of its heat lies outside the body."
    assert astray.said(0.004).startswith("under 1 % of its heat".capitalize())
    assert astray.said(LIMIT) == "25 % of its heat lies outside the body, where there is no patient."
    assert astray.said(0.38) == (
        "38 % of its heat lies outside the body, where there is no patient: more than the 25 % from which a "
        "map is flagged."
    )
    assert (astray.flag(LIMIT), astray.flag(0.38)) == ("", "38 % of its heat lies outside the body")
