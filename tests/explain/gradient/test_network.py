import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import BundleError, InputError
from core.explain.gradient import network as networks
from core.explain.gradient.layers import Layer, layer, layers
from core.explain.gradient.network import KerasNetwork
from core.explain.network import LiteRtNetwork
from core.models.bundle import KERAS, load
from tests.explain.gradient import hand

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def network(tiny: Path) -> KerasNetwork:
    return KerasNetwork(load(tiny))


def test_keras_says_what_litert_says(
    network: KerasNetwork, tiny: Path, expected: dict[str, np.ndarray]
) -> None:
    squares = expected["pictures"]
    assert len(squares) > network.batch, "more than one batch"
    np.testing.assert_allclose(network.logits(squares), expected["logits"], atol=1e-3)
    lite = LiteRtNetwork(load(tiny))
    np.testing.assert_allclose(network.logits(squares[:3]), lite.logits(squares[:3]), atol=1e-3)
    np.testing.assert_allclose(network.features(squares[0]), lite.features(squares[0]), atol=1e-3)
    mixed = squares[:1] * np.float32(0.123)
    np.testing.assert_allclose(network.logits(mixed), lite.logits(mixed), atol=1e-3)


def test_passes_are_counted_and_none_is_none(network: KerasNetwork) -> None:
    before = network.passes
    network.logits(np.zeros((5, 64, 64), np.uint8))
    network.features(np.zeros((64, 64), np.uint8))
    assert network.passes - before == 6
    assert network.logits(np.zeros((0, 64, 64), np.uint8)).shape == (0, 4)


def test_gradients_are_what_small_changes_make(tmp_path: Path) -> None:
    network = hand.network(tmp_path, hand.model())
    weights = np.array([1, 0, -1], np.float32)
    scores, changes = network.gradients(np.stack([hand.PICTURE, 2 * hand.PICTURE]), weights)
    assert scores[0] == pytest.approx(hand.CYST - hand.STONE)
    for row, column in [(0, 0), (1, 3), (3, 0), (2, 2)]:
        moved = np.stack([hand.PICTURE.astype(np.float32)] * 2)
        moved[1, row, column] += 0.5
        low, high = network.logits(moved) @ weights
        assert changes[0, row, column] == pytest.approx(2 * (high - low), abs=1e-4)


def test_a_batch_takes_no_more_memory_than_it_may(
    network: KerasNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert network.batch == network.gradient_batch == networks.MOST
    monkeypatch.setattr(networks, "MEMORY", 1024 * 1024)
    small = KerasNetwork(network.bundle, network.model)
    # the largest output of a 64 px square is RGB, 48 KiB: 5 of 4 times that; all of them together 147 KiB
    assert (small.batch, small.gradient_batch) == (5, 6)
    squares = np.random.default_rng(0).integers(0, 255, (7, 64, 64)).astype(np.uint8)
    np.testing.assert_allclose(small.logits(squares), network.logits(squares), atol=1e-4)


def test_a_damaged_model_is_said_in_a_sentence(copied: Callable[[], Path]) -> None:
    bundle = load(copied())
    (bundle.path / KERAS).write_bytes(b"PK no model")
    with pytest.raises(BundleError, match=r"damaged: model\.keras can't be read"):
        KerasNetwork(bundle)


def test_a_missing_model_too(tiny: Path, tmp_path: Path) -> None:
    bundle = load(Path(shutil.copytree(tiny, tmp_path / "bundle")))
    (bundle.path / KERAS).unlink()
    with pytest.raises(BundleError, match="Restore it or use another one"):
        KerasNetwork(bundle)


def test_layers_are_listed_in_order_and_the_bundles_own_is_last(network: KerasNetwork) -> None:
    found = layers(network)
    assert [(one.height, one.width, one.channels) for one in found] == [(32, 32, 8), (16, 16, 16), (8, 8, 24)]
    assert found[-1] == Layer("features", 8, 8, 24) == layer(network, None) == layer(network, "features")


def test_any_layer_with_a_grid_can_be_asked_for(network: KerasNetwork) -> None:
    assert layer(network, "grey_to_rgb") == Layer("grey_to_rgb", 64, 64, 3)


def test_a_layer_without_a_grid_is_refused(network: KerasNetwork) -> None:
    with pytest.raises(InputError, match='layer "logits" has no places'):
        layer(network, "logits")


@pytest.mark.parametrize("name", ["", "Features", "none", "x" * 500, '<img src=x onerror="1">'])
def test_an_unknown_layer_is_refused_in_one_short_sentence(name: str, network: KerasNetwork) -> None:
    with pytest.raises(InputError, match="features") as caught:
        layer(network, name)
    assert len(caught.value.sentence) < 200


def test_what_branches_is_read_where_it_joins(tmp_path: Path) -> None:
    import keras

    picture = keras.Input((32, 32, 1))
    stem = keras.layers.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="stem")(picture)
    inner = keras.layers.Conv2D(4, 3, padding="same", activation="relu", name="inner")(stem)
    joined = keras.layers.Add(name="joined")([stem, inner])
    out = keras.layers.ReLU(name="out")(joined)
    normed = keras.layers.BatchNormalization(name="normed")(out)
    both = keras.layers.Concatenate(name="both")([out, normed])
    last = keras.layers.Conv2D(4, 3, name="features")(both)
    pooled = keras.layers.GlobalAveragePooling2D()(last)
    network = hand.network(tmp_path, keras.Model(picture, keras.layers.Dense(4)(pooled)))
    # inner is gone past by stem, joined is said better by out, normed is beside out
    assert [one.name for one in layers(network)] == ["stem", "out", "both", "features"]
