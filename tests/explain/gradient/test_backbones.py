"""The closed form against tf-keras-vis, on every backbone with our head."""

from pathlib import Path

import numpy as np
import pytest

from core.explain import cam
from core.explain.gradient import vis
from core.explain.gradient.layers import layers
from core.explain.values import Ask, Target
from core.models.backbones import TABLE
from tests.explain.gradient import hand

SMALL = ("simple_cnn",)
ROWS = [pytest.param(name, marks=() if name in SMALL else (pytest.mark.long,), id=name) for name in TABLE]


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", ROWS)
def test_the_closed_form_is_grad_cam(name: str, tmp_path: Path) -> None:
    import keras

    from core.models.build import build

    keras.utils.set_random_seed(11)
    made = build(name, 64, 4)
    kernel, bias = made.layers[-1].get_weights()
    rng = np.random.default_rng(1)
    made.layers[-1].set_weights([rng.normal(size=kernel.shape), rng.normal(size=bias.shape)])
    network = hand.network(tmp_path, made)
    square = rng.integers(0, 255, (64, 64)).astype(np.uint8)
    logits = network.logits(square[None])[0]
    before = hand.fingerprint(made)
    for target in (Target("Cyst"), Target("Stone"), Target("Tumor", "Normal")):
        ours, theirs = (
            method(network, square, Ask("any", target), lambda share: None)
            for method in (cam.attribute, vis.grad_cam)
        )
        weights = target.weights(network.bundle.card.labels)
        assert np.ptp(theirs) > 0
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4 * np.abs(theirs).max())
        whole = made.layers[-1].get_weights()[1] @ weights + theirs.sum()
        assert whole == pytest.approx(logits @ weights, rel=1e-3, abs=1e-3)
    for one in layers(network)[:: max(1, len(layers(network)) // 3)]:
        earlier = vis.layer_cam(network, square, Ask("any", Target("Cyst"), one.name), lambda share: None)
        assert earlier.shape == (one.height, one.width)
    assert hand.fingerprint(made) == before
