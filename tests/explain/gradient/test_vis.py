import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.explain import cam
from core.explain.gradient import vis
from core.explain.gradient.network import KerasNetwork
from core.explain.values import Ask, Floats, Target
from tests.explain.gradient import hand

pytestmark = pytest.mark.tensorflow
Method = Callable[..., Floats]
CAMS = {
    "grad-cam": vis.grad_cam, "grad-cam++": vis.grad_cam_plus_plus,
    "layer-cam": vis.layer_cam, "score-cam": vis.score_cam,
}  # fmt: skip
PIXELS = {"saliency": vis.saliency, "smooth-grad": vis.smooth_grad}
ALL = CAMS | PIXELS
A0, A1 = np.array([[8, 4], [1, 3]]), np.array([[0, 0], [2.5, 0.5]])
BLOCK = np.ones((2, 2))
# the score of Cyst by a pixel: a quarter of a quarter of 2, and where feature 1 is on, of 4 more
CYST_BY_PIXEL = np.kron([[0.125, 0.125], [0.375, 0.375]], BLOCK)
STONE_BY_PIXEL = np.kron([[-0.0625, -0.0625], [-0.25, -0.25]], BLOCK)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> KerasNetwork:
    return hand.network(tmp_path_factory.mktemp("hand"), hand.model())


def drawn(
    network: KerasNetwork,
    method: Method,
    label: str = "Cyst",
    against: str | None = None,
    layer: str | None = None,
    seed: int = 0,
    square: np.ndarray = hand.PICTURE,
) -> Floats:
    return method(network, square, Ask("any", Target(label, against), layer, seed), lambda share: None)


def test_the_model_is_the_one_on_paper(network: KerasNetwork) -> None:
    squares = np.stack([hand.PICTURE, 0 * hand.PICTURE])
    expected = [[hand.CYST, 0, hand.STONE], [hand.BLACK_CYST, 0, hand.BLACK_STONE]]
    np.testing.assert_allclose(network.logits(squares), expected, atol=1e-5)
    np.testing.assert_allclose(network.features(hand.PICTURE), np.stack([A0, A1], axis=-1), atol=1e-6)


def test_grad_cam(network: KerasNetwork) -> None:
    # gradients by the features are the head's weights over the four places
    np.testing.assert_allclose(drawn(network, vis.grad_cam), 0.5 * A0 - A1, atol=1e-5)
    np.testing.assert_allclose(drawn(network, vis.grad_cam, "Stone"), -0.25 * A0 + 0.75 * A1, atol=1e-5)
    # the early layer's one channel is weighed by its gradient's mean
    expected = CYST_BY_PIXEL.mean() * hand.PICTURE
    np.testing.assert_allclose(drawn(network, vis.grad_cam, layer="early"), expected, atol=1e-5)


def test_grad_cam_is_the_closed_form_and_adds_up_to_the_logit(network: KerasNetwork) -> None:
    found = drawn(network, vis.grad_cam)
    np.testing.assert_allclose(found, drawn(network, cam.attribute), atol=1e-5)
    assert found.sum() + hand.BIAS[0] == pytest.approx(hand.CYST, abs=1e-5)


def test_grad_cam_of_a_contrast_is_the_difference(network: KerasNetwork) -> None:
    expected = drawn(network, vis.grad_cam, "Cyst") - drawn(network, vis.grad_cam, "Stone")
    np.testing.assert_allclose(drawn(network, vis.grad_cam, "Cyst", "Stone"), expected, atol=1e-5)


def test_layer_cam(network: KerasNetwork) -> None:
    np.testing.assert_allclose(drawn(network, vis.layer_cam), 0.5 * A0, atol=1e-5)
    expected = CYST_BY_PIXEL * hand.PICTURE
    np.testing.assert_allclose(drawn(network, vis.layer_cam, layer="early"), expected, atol=1e-5)
    assert not drawn(network, vis.layer_cam, "Stone", layer="early").any(), "brighter never raises Stone"


def test_grad_cam_plus_plus(network: KerasNetwork) -> None:
    # where a channel's gradient is even, its weight is that gradient's positive part
    np.testing.assert_allclose(drawn(network, vis.grad_cam_plus_plus), 0.5 * A0, atol=1e-5)
    # alpha = 1 / (2 + sum(A) g) with sum(A) = 64: 1/10 above, 1/26 below, made to add up to 1
    weight = (0.125 / 10 + 0.375 / 26) / (1 / 10 + 1 / 26)
    found = drawn(network, vis.grad_cam_plus_plus, layer="early")
    np.testing.assert_allclose(found, weight * hand.PICTURE, rtol=1e-5)


def test_score_cam(network: KerasNetwork) -> None:
    # the masks are the two channels between 0 and 1, spread over the picture corner to corner
    ways = np.array([[1, 0], [2 / 3, 1 / 3], [1 / 3, 2 / 3], [0, 1]])
    masks = [ways @ ((a - a.min()) / np.ptp(a)) @ ways.T for a in (A0, A1)]

    def cyst(picture: np.ndarray) -> float:
        means = picture.reshape(2, 2, 2, 2).mean(axis=(1, 3))
        return float(2 * means.mean() - 4 * np.maximum(3.5 - means, 0).mean() + 1)

    first, second = (cyst(hand.PICTURE * mask) - hand.BLACK_CYST for mask in masks)
    assert cyst(hand.PICTURE.astype(float)) == hand.CYST
    found = drawn(network, vis.score_cam)
    np.testing.assert_allclose(found, first * A0 + second * A1, rtol=1e-4)


def test_saliency(network: KerasNetwork) -> None:
    np.testing.assert_allclose(drawn(network, vis.saliency), CYST_BY_PIXEL, atol=1e-6)
    np.testing.assert_allclose(drawn(network, vis.saliency, "Stone"), -STONE_BY_PIXEL, atol=1e-6)
    both = CYST_BY_PIXEL - STONE_BY_PIXEL
    np.testing.assert_allclose(drawn(network, vis.saliency, "Cyst", "Stone"), both, atol=1e-6)


def test_smooth_grad_is_the_mean_gradient_of_noisy_copies(network: KerasNetwork) -> None:
    rng = np.random.default_rng(5)
    total = np.zeros((4, 4))
    for _ in range(vis.COPIES):
        noisy = hand.PICTURE + np.float32(vis.NOISE * 7) * rng.standard_normal((4, 4), np.float32)
        means = np.maximum(noisy, 0).reshape(2, 2, 2, 2).mean(axis=(1, 3))
        total += np.kron(0.125 * (means > 0) + 0.25 * (means < 3.5), BLOCK) * (noisy > 0)
    found = drawn(network, vis.smooth_grad, seed=5)
    np.testing.assert_allclose(found, np.abs(total / vis.COPIES), atol=1e-5)
    assert not np.allclose(found, drawn(network, vis.smooth_grad, seed=6))


def test_smooth_grad_tells_of_every_copy(network: KerasNetwork) -> None:
    told: list[float] = []
    vis.smooth_grad(network, hand.PICTURE, Ask("smooth-grad", Target("Cyst")), told.append)
    assert told == pytest.approx([n / vis.COPIES for n in range(vis.COPIES + 1)])


@pytest.mark.parametrize("name", ALL)
def test_saturated_probabilities_change_nothing_but_the_scale(
    name: str, network: KerasNetwork, tmp_path: Path
) -> None:
    saturated = hand.network(tmp_path, hand.model(scale=1000.0))
    logits = saturated.logits(hand.PICTURE[None])[0]
    assert logits.max() - np.sort(logits)[-2] > 200, "a probability of 1 to the last digit, and of 0"
    found, usual = drawn(saturated, ALL[name]), drawn(network, ALL[name])
    assert usual.max() > 0
    np.testing.assert_allclose(found / 1000, usual, rtol=1e-4, atol=1e-5)


def test_the_library_left_to_itself_has_no_answer_there(tmp_path: Path) -> None:
    from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = GradcamPlusPlus(hand.model(scale=1000.0))(
            lambda logits: logits[:, 0], hand.PICTURE[None, ..., None].astype(np.float32),
            penultimate_layer="features", seek_penultimate_conv_layer=False, expand_cam=False,
        )  # fmt: skip
    assert not np.isfinite(theirs).all(), "the exponential of a logit of 6000"


@pytest.mark.parametrize("name", ALL)
def test_no_heat_where_nothing_is_to_be_said(name: str, network: KerasNetwork) -> None:
    assert not drawn(network, ALL[name], "Normal").any(), "its weights are all 0"
    for grey in (0, 255):
        even = np.full((4, 4), grey, np.uint8)
        for layer in (None, "early"):
            found = drawn(network, ALL[name], layer=layer, square=even)
            assert np.isfinite(found).all()
            assert np.ptp(found) == pytest.approx(0, abs=1e-5), "an even picture has no place of its own"


@pytest.mark.parametrize("name", CAMS)
def test_a_layer_is_read_on_its_own_grid(name: str, network: KerasNetwork) -> None:
    assert drawn(network, CAMS[name]).shape == (2, 2)
    assert drawn(network, CAMS[name], layer="early").shape == (4, 4)


@pytest.mark.parametrize("name", CAMS)
def test_an_unknown_layer_is_refused_and_others_are_named(name: str, network: KerasNetwork) -> None:
    with pytest.raises(InputError, match=r'no layer "<b>late</b>".*early, features') as caught:
        drawn(network, CAMS[name], layer="<b>late</b>")
    assert caught.value.code == "no-layer"


@pytest.mark.parametrize("name", ALL)
def test_half_precision_is_refused_with_a_sentence(name: str, tmp_path: Path) -> None:
    import keras

    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        network = hand.network(tmp_path, hand.model())
    finally:
        keras.mixed_precision.set_global_policy("float32")
    with pytest.raises(InputError, match="computes in bfloat16") as caught:
        drawn(network, ALL[name])
    assert caught.value.code == "mixed-precision"


def test_a_division_by_zero_is_said_and_not_drawn(tmp_path: Path) -> None:
    import keras

    # alpha = 1 / (2 + sum(A) g) where g = 1/16 and A adds up to -32
    picture = keras.Input((4, 4, 1))
    early = keras.layers.Conv2D(1, 1, use_bias=False, name="early")(picture)
    features = keras.layers.Activation("linear", name="features")(early)
    pooled = keras.layers.GlobalAveragePooling2D()(features)
    made = keras.Model(picture, keras.layers.Dense(3)(pooled))
    made.get_layer("early").set_weights([np.full((1, 1, 1, 1), -1.0)])
    made.layers[-1].set_weights([np.ones((1, 3)), np.zeros(3)])
    with pytest.raises(InputError, match="divides by zero"):
        drawn(hand.network(tmp_path, made), vis.grad_cam_plus_plus, square=np.full((4, 4), 2, np.uint8))


def test_explainers_are_made_once_a_network(network: KerasNetwork) -> None:
    for method in ALL.values():
        drawn(network, method)
    before = dict(network.explainers)
    for method in ALL.values():
        drawn(network, method)
    assert before
    assert all(network.explainers[name] is made for name, made in before.items())


@pytest.mark.parametrize(("name", "passes"), [("grad-cam", 2), ("score-cam", 4), ("smooth-grad", 40)])
def test_passes_are_counted(name: str, passes: int, network: KerasNetwork) -> None:
    before = network.passes
    drawn(network, ALL[name])
    assert network.passes - before == passes
