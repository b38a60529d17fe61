"""The randomisation check on a real Keras model: an edge detector fails it, what reads the model passes."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.explain.faithfulness import sanity as check
from core.explain.faithfulness.checked import Sanity
from core.explain.gradient.network import KerasNetwork
from core.explain.values import Ask, Cancelled, Floats, Square, Step
from core.models.bundle import Bundle, load


def edges(network: KerasNetwork, square: Square, ask: Ask, step: Step) -> Floats:
    """A deliberately broken method: Sobel's edges of the slice, whatever the model is."""
    grey = square.astype(np.float32)
    return np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))


def gradient(network: KerasNetwork, square: Square, ask: Ask, step: Step) -> Floats:
    """Plain saliency, from the network's own gradients."""
    labels = network.bundle.card.labels
    return np.abs(network.gradients(square[None].astype(np.float32), ask.target.weights(labels))[1][0])


def nothing(share: float) -> None:
    pass


@pytest.fixture(scope="module")
def bundle(tiny: Path) -> Bundle:
    return load(tiny)


@pytest.fixture(scope="module")
def squares(expected: dict[str, np.ndarray]) -> Iterator[list[Square]]:
    yield list(expected["pictures"][:3])


@pytest.fixture(scope="module")
def found(bundle: Bundle, squares: list[Square]) -> Sanity:
    own = {"edges": edges, "gradient": gradient}
    return check.sanity(bundle, squares, ("closed-form", "edges", "gradient"), nothing, attributes=own)


def test_an_edge_detector_fails(found: Sanity) -> None:
    broken = found.methods["edges"]
    assert not broken.passed
    assert set(broken.cascading) == set(broken.independent) == {1.0}


def test_the_closed_form_passes_and_reads_the_random_head(found: Sanity) -> None:
    closed = found.methods["closed-form"]
    assert closed.passed
    assert closed.cascading[0] < 0.95, "its map must change with the head alone"
    assert closed.slices == 3


def test_a_gradient_changes_with_the_weights(found: Sanity) -> None:
    assert found.methods["gradient"].cascading[-1] < 0.9
    assert found.methods["gradient"].cascading != found.methods["edges"].cascading


def test_the_first_part_alone_is_the_head_both_ways(found: Sanity) -> None:
    for one in found.methods.values():
        assert one.cascading[0] == pytest.approx(one.independent[0], abs=1e-3)
        assert len(one.cascading) == len(one.independent) == len(found.depths)


def test_the_bundle_stays_and_the_same_seed_gives_the_same(
    bundle: Bundle, squares: list[Square], found: Sanity
) -> None:
    assert load(bundle.path).digest == bundle.digest
    again = check.sanity(bundle, squares, ("closed-form",), nothing)
    assert again.methods["closed-form"].cascading == pytest.approx(
        found.methods["closed-form"].cascading, abs=1e-3
    )
    assert (again.seed, again.squares) == (found.seed, found.squares)


def test_progress_grows_to_the_end_and_it_can_be_stopped(bundle: Bundle, squares: list[Square]) -> None:
    told: list[float] = []
    check.sanity(bundle, squares[:1], ("edges",), told.append, attributes={"edges": edges})
    assert told == sorted(told) and told[-1] == pytest.approx(1.0)

    def stop(share: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        check.sanity(bundle, squares[:1], ("edges",), stop, attributes={"edges": edges})


def test_without_squares_there_is_no_check(bundle: Bundle) -> None:
    with pytest.raises(ValueError, match="at least one"):
        check.sanity(bundle, [], ("edges",), nothing, attributes={"edges": edges})


def test_a_method_without_a_map_was_not_checked(bundle: Bundle, squares: list[Square]) -> None:
    def flat(*_: object) -> Floats:
        return np.zeros((4, 4), np.float32)

    assert not check.sanity(bundle, squares[:1], ("flat",), nothing, attributes={"flat": flat}).methods


def test_random_weights_keep_their_distribution(bundle: Bundle) -> None:
    network = KerasNetwork(bundle)
    layers = [layer for part in check.parts_of(network.model) for layer in part]
    before = [layer.get_weights() for layer in layers]
    check.randomise(layers, 0)
    for layer, values in zip(layers, before, strict=True):
        for one, other in zip(values, layer.get_weights(), strict=True):
            np.testing.assert_array_equal(np.sort(one.ravel()), np.sort(other.ravel()))
    assert any((one != other).any() for one, other in zip(before[0], layers[0].get_weights(), strict=True))


def test_every_layer_with_weights_is_in_one_part_the_head_first(bundle: Bundle) -> None:
    model = KerasNetwork(bundle).model
    parts = check.parts_of(model)
    assert [layer.name for layer in parts[0]] == ["logits"]
    named = [layer.name for part in parts for layer in part]
    assert sorted(named) == sorted(layer.name for layer in model.layers if layer.weights)


def test_similarity_worked_by_hand() -> None:
    one = np.array([[0.0, 1.0], [2.0, -3.0]], np.float32)
    # a map of turned sign shows the same places; an even one shows none
    assert check.similarity(one, -one) == pytest.approx(1.0)
    assert check.similarity(one, np.ones((2, 2), np.float32)) == 0.0
