from pathlib import Path

import numpy as np
import pytest

from core.explain.gradient import integrated
from core.explain.gradient.network import KerasNetwork
from core.explain.values import Ask, Cancelled, Floats, Target
from core.models.bundle import load
from tests.explain.gradient import hand

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> KerasNetwork:
    return hand.network(tmp_path_factory.mktemp("hand"), hand.model())


def drawn(network: KerasNetwork, square: np.ndarray, target: Target) -> Floats:
    return integrated.attribute(network, square, Ask("ig", target), lambda share: None)


def test_against_the_integral_on_paper(network: KerasNetwork) -> None:
    # feature 0 gives a pixel its grey / 8; feature 1, until the block's mean reaches 3.5, its grey / 4
    # times how much of the way that is: 3.5/8 and 3.5/4 for the upper blocks, all for the lower ones
    blocks = [[8 / 8 + 8 / 4 * 3.5 / 8, 4 / 8 + 4 / 4 * 3.5 / 4], [1 / 8 + 1 / 4, 3 / 8 + 3 / 4]]
    found = drawn(network, hand.PICTURE, Target("Cyst"))
    np.testing.assert_allclose(found, np.kron(blocks, np.ones((2, 2))), atol=integrated.GAP)
    assert np.kron(blocks, np.ones((2, 2))).sum() == hand.CYST - hand.BLACK_CYST


@pytest.mark.parametrize(("label", "against"), [("Cyst", None), ("Stone", None), ("Cyst", "Stone")])
def test_it_adds_up_to_the_difference_of_the_scores(
    label: str, against: str | None, network: KerasNetwork
) -> None:
    target = Target(label, against)
    score, black = network.logits(np.stack([hand.PICTURE, 0 * hand.PICTURE])) @ target.weights(hand.LABELS)
    rise = float(score - black)
    allowed = max(integrated.GAP, integrated.SHARE * abs(rise))
    assert drawn(network, hand.PICTURE, target).sum() == pytest.approx(rise, abs=allowed)


def test_a_contrast_is_the_difference(network: KerasNetwork) -> None:
    cyst, stone = (drawn(network, hand.PICTURE, Target(label)) for label in ("Cyst", "Stone"))
    both = drawn(network, hand.PICTURE, Target("Cyst", "Stone"))
    np.testing.assert_allclose(both, cyst - stone, atol=2 * integrated.GAP)


def test_saturated_probabilities_change_nothing_but_the_scale(network: KerasNetwork, tmp_path: Path) -> None:
    found = drawn(hand.network(tmp_path, hand.model(1000.0)), hand.PICTURE, Target("Cyst"))
    usual = drawn(network, hand.PICTURE, Target("Cyst"))
    np.testing.assert_allclose(found / 1000, usual, atol=0.1)


def test_black_adds_nothing(network: KerasNetwork) -> None:
    assert not drawn(network, 0 * hand.PICTURE, Target("Stone")).any()
    # what is black in the slice is as it was on the way
    half = hand.PICTURE * np.array([1, 1, 0, 0], np.uint8)
    assert not drawn(network, half, Target("Cyst"))[:, 2:].any()


def test_a_class_without_weights_has_no_heat(network: KerasNetwork) -> None:
    assert not drawn(network, hand.PICTURE, Target("Normal")).any()


def test_a_path_full_of_jumps_is_cut_where_they_are(tmp_path: Path) -> None:
    """A logit that rises steeply, for one hundredth of the way, and is even elsewhere."""
    made = hand.model()
    quarters = np.full((2, 2, 1, 1), 0.25)
    made.get_layer("features").set_weights(
        [1000 * np.concatenate([quarters, quarters], 3), np.array([-2000.0, -2080.0])]
    )
    made.get_layer("logits").set_weights([np.array([[1, 0, 0], [-1, 0, 0]]), np.zeros(3)])
    network = hand.network(tmp_path, made)
    even = np.full((4, 4), 8, np.uint8)
    told: list[float] = []
    found = integrated.attribute(network, even, Ask("ig", Target("Cyst")), told.append)
    steps = network.passes
    # from (2000 / 1000) / 8 of the way to (2080 / 1000) / 8 the logit rises by 80
    assert network.logits(even[None])[0, 0] == pytest.approx(80)
    assert found.sum() == pytest.approx(80, abs=integrated.SHARE * 80)
    assert steps > 3 * integrated.FIRST, "more than the first steps"
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_it_can_be_cancelled_on_the_way(network: KerasNetwork) -> None:
    def stop(share: float) -> None:
        if share > 0:
            raise Cancelled

    before = network.passes
    with pytest.raises(Cancelled):
        integrated.attribute(network, hand.PICTURE, Ask("ig", Target("Cyst")), stop)
    assert network.passes - before < 3 * integrated.FIRST


@pytest.mark.long
def test_it_adds_up_on_the_shipped_model(shipped: Path) -> None:
    from core.explain.faithfulness.usual import slices

    bundle = load(shipped)
    network = KerasNetwork(bundle)
    for square in slices(bundle, 2):
        score, black = network.logits(np.stack([square, 0 * square]))[:, 2]
        found = drawn(network, square, Target(bundle.card.labels[2])).sum()
        assert found == pytest.approx(float(score - black), abs=max(0.06, 0.021 * abs(float(score - black))))
