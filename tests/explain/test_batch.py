"""Many slices together."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from core.domain import ModelRef, Placement, Prediction, Reason
from core.explain.batch import SIDE, answered, mean_square, means, ranked
from core.explain.faithfulness.values import Curve, Level, Trust
from core.explain.values import Ask, Target

LABELS = ("Cyst", "Normal", "Stone")


def answer(label: str | None, grid: list[list[float]], placement: Placement | None = None) -> Prediction:
    maps = np.stack([np.array(grid, np.float32) * (one == (label or "Cyst")) for one in LABELS])
    return Prediction(
        labels=LABELS,
        probabilities=tuple(0.8 if one == (label or "Cyst") else 0.1 for one in LABELS),
        label=label,
        reasons=() if label else (Reason("unsure", "Unsure."),),
        warnings=(),
        maps=maps,
        placement=placement or Placement(0, 0, 8, 8, 8),
        layer="features",
        model=ModelRef("m", "1", "d"),
    )


def trust(level: Level, beaten: int, stability: Mapping[str, float]) -> Trust:
    """A map that beats so many of ten random maps, by both curves."""
    ends = np.array([0.0, 1.0])

    def curve(area: float) -> Curve:
        return Curve(ends, np.array([area, area]), np.array([[area, 1 - area]] * 2))

    # ten random maps with areas 0.05, 0.15, ... 0.95, deletion and insertion alike
    random = np.tile(np.arange(0.05, 1, 0.1)[:, None], (1, 2))
    down, up = curve(1 - beaten / 10), curve(beaten / 10)
    return Trust(Ask("closed-form", Target("Cyst")), down, up, ends, random, random, stability, level, ())


def test_the_mean_is_of_maps_each_over_its_own_peak() -> None:
    # peaks of 2 and of 10 count alike: (1 + 0) / 2 on the left, (0.5 + 1) / 2 on the right
    cyst, normal, stone = means(answered([answer("Cyst", [[2, 1]]), answer("Cyst", [[-4, 10]])]), LABELS)
    assert cyst.heat.shape == (SIDE, SIDE)
    assert cyst.heat[SIDE // 2, 0] == pytest.approx(0.5)
    assert cyst.heat[SIDE // 2, -1] == pytest.approx(0.75)
    assert (cyst.label, cyst.count, cyst.flat) == ("Cyst", 2, 0)
    assert (normal.count, normal.heat.any(), stone.count) == (0, False, 0)


def test_slices_of_all_sizes_meet_in_the_models_square() -> None:
    corner = [[1.0, 0.0], [0.0, 0.0]]
    placed = [Placement(0, 0, 8, 8, 8), Placement(-40, 300, 700, 1200, 512)]
    cyst = means(answered(answer("Cyst", corner, one) for one in placed), LABELS)[0]
    assert cyst.heat[0, 0] == 1.0
    assert cyst.heat[-1, -1] == 0.0


def test_declined_slices_are_left_out_and_flat_maps_counted() -> None:
    flat, pointing = answer("Stone", [[3, 3]]), answer("Stone", [[1, 0]])
    stone = means(answered([flat, answer(None, [[1, 0]]), pointing]), LABELS)[2]
    assert (stone.count, stone.flat) == (2, 1)
    assert stone.heat.max() == 1.0, "a map that points nowhere doesn't thin out the others"
    nothing = means(answered([flat, flat]), LABELS)[2]
    assert (nothing.count, nothing.flat, nothing.heat.any()) == (2, 2, False)
    assert np.isfinite(nothing.heat).all()


def test_no_slices_give_no_heat() -> None:
    assert [(one.count, one.heat.any()) for one in means([], LABELS)] == [(0, False)] * 3


def test_a_class_of_another_model_is_refused() -> None:
    with pytest.raises(ValueError, match="'Stone' isn't among Cyst, Normal"):
        means(answered([answer("Stone", [[1, 0]])]), ("Cyst", "Normal"))


def test_maps_are_ranked_by_level_then_by_random_maps_beaten_then_by_stability() -> None:
    found = {
        "poor, but beats all": trust("poor", 10, {"moved": 0.1}),
        "flat": replace(trust("flat", 10, {}), random_deletions=np.zeros((0, 2))),
        "fair": trust("fair", 9, {"moved": 0.7}),
        "good, shaky": trust("good", 10, {"moved": 0.99, "noisy": 0.81}),
        "good, steady": trust("good", 10, {"moved": 0.9}),
        "good, beats nine": trust("good", 9, {"moved": 1.0}),
    }
    order = ("good, steady", "good, shaky", "good, beats nine", "fair", "poor, but beats all", "flat")
    assert ranked(found) == order
    assert ranked(dict(reversed(found.items()))) == order
    assert ranked({}) == ()


def test_maps_that_are_alike_keep_the_same_order_always() -> None:
    alike = {name: trust("fair", 5, {"moved": 0.6}) for name in "cab"}
    assert ranked(alike) == ("a", "b", "c")


def test_the_mean_slice_is_the_mean_of_what_the_model_saw() -> None:
    dark, bright = np.full((40, 40), 10, np.uint8), np.full((320, 320), 50, np.uint8)
    bright[:, 160:] = 90
    found = mean_square([dark, bright])
    assert found.shape == (SIDE, SIDE) and found.dtype == np.uint8
    assert (found[:, : SIDE // 2] == 30).all() and (found[:, SIDE // 2 :] == 50).all()
    with pytest.raises(ValueError, match="at least one"):
        mean_square([])
