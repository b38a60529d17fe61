"""Closed-form class activation maps."""

from pathlib import Path

import numpy as np
import pytest

from core.domain import ModelRef, Placement, Prediction
from core.explain.cam import attribute, class_maps, explanation, heatmap, heatmaps
from core.explain.network import LiteRtNetwork
from core.explain.values import Ask, Target
from core.models.bundle import load
from tests.support.scans import body


def answer(maps: np.ndarray, placement: Placement) -> Prediction:
    return Prediction(
        labels=("Cyst", "Stone"),
        probabilities=(0.25, 0.75),
        label="Stone",
        reasons=(),
        warnings=(),
        maps=maps.astype(np.float32),
        placement=placement,
        layer="features",
        model=ModelRef("m", "1", "d"),
    )


def test_maps_worked_by_hand() -> None:
    # two channels on a 1 x 2 grid; class 0 weighs them 2 and -4, class 1 weighs them 1 and 0
    features = np.array([[[1, 0], [3, 2]]], np.float32)
    kernel = np.array([[2, 1], [-4, 0]], np.float32)
    maps = class_maps(features, kernel)
    # class 0: (2*1 - 4*0) / 2 = 1 and (2*3 - 4*2) / 2 = -1; class 1: 1/2 and 3/2
    np.testing.assert_allclose(maps, [[[1, -1]], [[0.5, 1.5]]])
    assert maps.dtype == np.float32


def test_a_maps_sum_and_the_bias_make_the_logit() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(7, 5, 16)).astype(np.float32)
    kernel, bias = rng.normal(size=(16, 4)).astype(np.float32), rng.normal(size=4).astype(np.float32)
    logits = features.mean(axis=(0, 1)) @ kernel + bias
    np.testing.assert_allclose(class_maps(features, kernel).sum(axis=(1, 2)) + bias, logits, atol=1e-5)


@pytest.mark.parametrize("shapes", [((2, 2), (2, 4)), ((2, 2, 3), (4, 4)), ((2, 2, 3), (3,))])
def test_shapes_that_do_not_fit_are_refused(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    with pytest.raises(ValueError, match="don't fit"):
        class_maps(np.zeros(shapes[0], np.float32), np.zeros(shapes[1], np.float32))


def test_a_heatmap_lies_where_its_square_lay() -> None:
    # a 2 x 2 grid over the right half of a 4 x 8 slice; only its lower left place speaks for Stone
    maps = np.array([[[-1, -1], [-1, -1]], [[-5, 0], [2, 0]]])
    heat = heatmap(answer(maps, Placement(left=4, top=0, side=4, height=4, width=8)), "Stone")
    assert heat.values.shape == (4, 8)
    assert heat.peak == 2.0
    assert not heat.flat
    assert heat.values[:, :4].max() == 0
    assert np.unravel_index(heat.values.argmax(), (4, 8)) == (3, 4)
    assert heat.values.max() == 1.0
    assert heat.values.min() == 0.0
    assert (heat.label, heat.method, heat.layer) == ("Stone", "closed-form", "features")


def test_a_class_that_nothing_speaks_for_is_flat() -> None:
    maps = np.array([[[-1, -2]], [[0, 1]]])
    heat = heatmap(answer(maps, Placement(0, 0, 10, 10, 10)), "Cyst")
    assert heat.flat
    assert heat.peak == 0.0
    assert not heat.values.any()


def test_every_class_has_one() -> None:
    all_of_them = heatmaps(answer(np.ones((2, 2, 2)), Placement(0, 0, 8, 8, 8)))
    assert list(all_of_them) == ["Cyst", "Stone"]


def test_a_map_that_speaks_alike_everywhere_points_nowhere() -> None:
    # a constant picture gives such a map: painting all of it in the hottest colour would invent a place
    maps = np.stack([np.full((3, 3), 2.0), np.array([[2.0, 2.0, 2.0], [2.0, 2.0, 2.0], [2.0, 2.0, 1.0]])])
    cyst, stone = heatmaps(answer(maps, Placement(0, 0, 9, 9, 9))).values()
    assert (cyst.flat, cyst.peak, cyst.values.any()) == (True, 0.0, False)
    assert (stone.flat, stone.peak, stone.values.max()) == (False, 2.0, 1.0)


def test_why_one_and_not_the_other_is_the_difference_of_their_maps() -> None:
    maps = np.array([[[1, 4]], [[3, 1]]])
    placement = Placement(1, 2, 10, 12, 14)
    found = explanation(answer(maps, placement), Target("Stone", "Cyst"))
    np.testing.assert_array_equal(found.raw, [[2, -3]])
    np.testing.assert_array_equal(found.support, [[1, 0]])
    assert (found.unit, found.layer, found.placement, found.passes) == ("logit", "features", placement, 0)
    assert (found.model, found.ask) == (
        ModelRef("m", "1", "d"),
        Ask("closed-form", Target("Stone", "Cyst")),
    )
    np.testing.assert_array_equal(explanation(answer(maps, placement), Target("Stone")).raw, [[3, 1]])
    with pytest.raises(ValueError, match="another class"):
        explanation(answer(maps, placement), Target("Stone", "Stone"))


def test_the_method_says_what_the_answer_says(tiny: Path) -> None:
    network = LiteRtNetwork(load(tiny), threads=1)
    square = body(network.bundle.card.preprocess.size)
    labels, steps = network.bundle.card.labels, list[float]()
    whole = [attribute(network, square, Ask("closed-form", Target(one)), steps.append) for one in labels]
    logits = network.logits(square[None])[0]
    with np.load(tiny / "reference.npz") as arrays:
        bias = arrays["head_bias"]
    np.testing.assert_allclose([one.sum() for one in whole] + bias, logits, atol=1e-3)
    contrast = attribute(network, square, Ask("closed-form", Target(labels[0], labels[1])), steps.append)
    np.testing.assert_allclose(contrast, whole[0] - whole[1], atol=1e-5)
    assert steps[-1] == 1.0


def test_an_unknown_class_is_refused() -> None:
    with pytest.raises(ValueError, match="one of Cyst, Stone, got 'Tumor'"):
        heatmap(answer(np.ones((2, 2, 2)), Placement(0, 0, 8, 8, 8)), "Tumor")


@pytest.mark.parametrize("grey", [0, 120, 255])
def test_a_square_of_one_grey_points_nowhere(tiny: Path, grey: int) -> None:
    # zeros around each convolution's input leave a pattern of their own at the edges: it is no heat
    network = LiteRtNetwork(load(tiny), threads=1)
    square = np.full((network.bundle.card.preprocess.size,) * 2, grey, np.uint8)
    for label in network.bundle.card.labels:
        raw = attribute(network, square, Ask("closed-form", Target(label)), lambda _: None)
        assert raw.shape == network.features(square).shape[:2]
        assert not raw.any()
    speck = square.copy()
    speck[30:34, 30:34] = 200
    asked = (Ask("closed-form", Target(label)) for label in network.bundle.card.labels)
    assert any(attribute(network, speck, one, lambda _: None).any() for one in asked)


@pytest.mark.tensorflow
def test_the_closed_form_is_grad_cam(expected: dict[str, np.ndarray], tiny: Path) -> None:
    """Against tf-keras-vis on the same layer and logit; it shows only support, after ReLU."""
    with np.load(tiny / "reference.npz") as arrays:
        kernel, bias = arrays["head_kernel"], arrays["head_bias"]
    for index, theirs in enumerate(expected["gradcam"]):
        ours = class_maps(expected["features"][index], kernel)
        assert theirs.max() > 0.01
        np.testing.assert_allclose(np.maximum(ours, 0), theirs, rtol=1e-3, atol=1e-5)
        np.testing.assert_allclose(ours.sum(axis=(1, 2)) + bias, expected["logits"][index], atol=1e-3)
