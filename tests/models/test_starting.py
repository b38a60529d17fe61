"""Starting weights, placed as a person without a network would, and read by the real networks."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import BundleError, SettingsError
from core.models import build, imagenet
from core.models.backbones import TABLE
from core.models.networks import GREY_TO_RGB
from core.models.weights import WeightsError

pytestmark = pytest.mark.tensorflow
SIZE = 64
KERAS = {
    "vgg16": ("VGG16", "vgg16"),
    "resnet50": ("ResNet50", "resnet50"),
    "efficientnet_b0": ("EfficientNetB0", "efficientnet"),
    "efficientnet_v2_b0": ("EfficientNetV2B0", "efficientnet_v2"),
    "mobilenet_v2": ("MobileNetV2", "mobilenet_v2"),
    "mobilenet_v3": ("MobileNetV3Large", "mobilenet_v3"),
    "densenet121": ("DenseNet121", "densenet"),
    "convnext_tiny": ("ConvNeXtTiny", "convnext"),
}
TRIED = ("vgg16", "efficientnet_b0", "mobilenet_v3", "convnext_tiny")
"""One of each scaling, and what has layers that are rewritten on the way."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty Keras cache, and no network whether there is one or not."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    return tmp_path / "keras"


@pytest.fixture(scope="module")
def mobilenet() -> Any:
    return build.build("mobilenet_v2", SIZE, 2)


def application(name: str, **options: Any) -> Any:
    import keras

    return getattr(keras.applications, KERAS[name][0])(
        include_top=False, input_shape=(SIZE, SIZE, 3), **options
    )


def placed(name: str) -> Any:
    """Keras' own network with weights like no other's, and its file where a person would put it."""
    import keras

    rng = np.random.default_rng(0)
    network = application(name, weights=None)
    for layer in network.layers:
        if isinstance(layer, keras.layers.Normalization) and layer.weights:
            row = [(0.485, 0.456, 0.406), (0.229**2, 0.224**2, 0.225**2)]
            layer.set_weights([np.array(values, np.float32) for values in row] + layer.get_weights()[2:])
            layer.finalize_state()
        else:
            values = [value + 0.02 * rng.normal(size=value.shape) for value in layer.get_weights()]
            spreads = "variance" in "".join(weight.name for weight in layer.weights)
            layer.set_weights([np.abs(one) for one in values] if spreads else values)
    path = imagenet.place(TABLE[name])
    path.parent.mkdir(parents=True)
    network.save(path)
    return network


@pytest.mark.parametrize("name", TRIED)
def test_a_placed_file_gives_keras_own_feature_map(name: str) -> None:
    """Keras' network behind Keras' scaling of an RGB picture, against ours behind a grey one."""
    import keras

    network = placed(name)
    if name == "vgg16":
        network = keras.Model(network.input, network.get_layer("block5_conv3").output)
    grey = np.random.default_rng(1).integers(0, 256, (2, SIZE, SIZE, 1)).astype(np.float32)
    scaled = getattr(keras.applications, KERAS[name][1]).preprocess_input(np.repeat(grey, 3, axis=-1))
    expected = np.asarray(network(scaled, training=False))

    model = build.build(name, SIZE, 2)
    head = model.get_layer(build.LOGITS).get_weights()
    build.start(model, "imagenet", Path("nowhere"))
    features = keras.Model(model.input, model.get_layer(build.LAYER).output)
    found = np.asarray(features(grey, training=False))
    assert np.ptp(expected) > 0
    np.testing.assert_allclose(found, expected, atol=1e-3 * np.abs(expected).max())
    np.testing.assert_array_equal(model.get_layer(build.LOGITS).get_weights()[0], head[0])


@pytest.mark.parametrize("name", KERAS)
def test_keras_itself_would_ask_for_the_file_the_table_names(name: str) -> None:
    with pytest.raises(Exception, match="URL fetch failure") as raised:
        application(name, weights="imagenet")
    assert f"URL fetch failure on {TABLE[name].url}: " in str(raised.value)


@pytest.mark.parametrize("content", [b"", b"<html>", "cut", "other"])
def test_a_file_that_is_none_of_its_weights_is_a_sentence(content: Any, mobilenet, tmp_path: Path) -> None:
    import keras

    path = imagenet.place(TABLE["mobilenet_v2"])
    path.parent.mkdir(parents=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        inlet = keras.Input((8, 8, 3))
        keras.Model(inlet, keras.layers.Conv2D(4, 3)(inlet)).save(path)
        if content == "cut":
            path.write_bytes(path.read_bytes()[:-700])
    with pytest.raises(WeightsError, match="is not the file that Keras keeps for MobileNetV2") as raised:
        build.start(mobilenet, "imagenet", Path("nowhere"))
    assert str(path) in raised.value.sentence and TABLE["mobilenet_v2"].url in raised.value.sentence


def test_offline_the_other_starts_are_named(mobilenet) -> None:
    with pytest.raises(WeightsError, match='"torchvision" or "none"'):
        build.start(mobilenet, "imagenet", Path("nowhere"))


def test_the_shipped_model_starts_its_own_kind_alone(mobilenet, shipped: Path) -> None:
    build.start(mobilenet, "studio", shipped)
    assert build.backbone_digest(mobilenet) == build.backbone_digest(build.load(shipped))
    other = build.build("simple_cnn", SIZE, 2)
    with pytest.raises(SettingsError, match="is a mobilenet_v2: its weights can't start a SimpleCNN"):
        build.start(other, "studio", shipped)
    with pytest.raises(BundleError, match=r"bundle\.json is missing"):
        build.start(other, "studio", shipped.parent)


def test_a_bundles_folder_is_a_start_too(mobilenet, shipped: Path) -> None:
    mobilenet.get_layer("Conv1").kernel.assign_add(np.ones((3, 3, 3, 32)))
    before = build.backbone_digest(mobilenet)
    build.start(mobilenet, str(shipped), Path("nowhere"))
    assert build.backbone_digest(mobilenet) == build.backbone_digest(build.load(shipped)) != before


@pytest.mark.parametrize("start", ["torchvision", "imagenet"])
def test_a_start_that_a_backbone_has_not_is_a_sentence(start: str) -> None:
    with pytest.raises(SettingsError, match=f'no "{start}" weights for SimpleCNN. Use one of: none'):
        build.start(build.build("simple_cnn", SIZE, 2), start, Path("nowhere"))


@pytest.mark.parametrize(("kind", "black", "white"), [
    ("torch", (-2.118, -2.036, -1.804), (2.249, 2.429, 2.640)),
    ("tf", (-1, -1, -1), (1, 1, 1)),
    ("caffe", (-103.939, -116.779, -123.68), (151.061, 138.221, 131.32)),
])  # fmt: skip
def test_scaling_by_hand(kind: Any, black, white) -> None:
    from core.models.starting import scale

    model = build.build("simple_cnn", 32, 2)
    scale(model, kind)
    kernel, bias = model.get_layer(GREY_TO_RGB).get_weights()
    np.testing.assert_allclose(bias, black, atol=1e-3)
    np.testing.assert_allclose(255 * kernel.ravel() + bias, white, atol=1e-3)


def test_batch_norms_learn_where_they_started_at_random_and_rest_where_they_were_trained(
    mobilenet, shipped: Path
) -> None:
    def norms(model: Any, what: Any) -> set[bool]:
        build.unfreeze(model, what, 3)
        assert not model.get_layer(GREY_TO_RGB).trainable and model.get_layer(build.LOGITS).trainable
        return {one.trainable for one in model.layers if type(one).__name__ == "BatchNormalization"}

    build.start(mobilenet, "studio", shipped)
    assert norms(mobilenet, "all") == {False} and norms(mobilenet, "top") == {False}
    build.start(mobilenet, "none", shipped)
    assert norms(mobilenet, "all") == {True} and norms(mobilenet, "top") == {True, False}
    assert norms(mobilenet, "none") == {False}
    build.start(mobilenet, "studio", shipped)
    assert norms(mobilenet, "all") == {False}
    assert norms(build.build("simple_cnn", SIZE, 2), "all") == {True}


def test_the_same_seed_builds_the_same_network(tmp_path: Path) -> None:
    import keras

    digests = []
    for seed in (3, 3, 4):
        keras.utils.set_random_seed(seed)
        keras.layers.Add()  # a layer more in the process changes no name
        digests.append(build.backbone_digest(build.build("mobilenet_v3", SIZE, 2)))
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(("name", "size"), [("resnet50", 32), ("vgg16", 100), ("vgg16", 0), ("vgg19", 64)])
def test_what_cannot_be_built_is_a_sentence(name: str, size: int) -> None:
    with pytest.raises(SettingsError, match=r"Use one of|use at least|use a multiple"):
        build.build(name, size, 2)
