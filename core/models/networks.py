"""How each backbone is built: from an RGB tensor to the feature map that the head pools."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core.models.flattening import attach

GREY_TO_RGB, LAYER, POOLED, DROPOUT, LOGITS = "grey_to_rgb", "features", "pooled", "dropout", "logits"
Builder = Callable[[Any, Path | None], Any]


def assemble(name: str, size: int, classes: int, dropout: float, file: Path | None = None) -> Any:
    """Build grey square -> RGB -> backbone -> feature map -> mean -> dropout -> logits.

    Args:
        name: A row of `core.models.backbones.TABLE`.
        size: Side of the input, pixels.
        classes: Number of logits.
        dropout: Share of pooled features dropped in training, 0..1.
        file: The backbone's ImageNet weights as Keras keeps them; random ones without.

    Returns:
        keras.Model, flat.

    Raises:
        OSError: The file can't be read.
        ValueError: It holds another network's weights.
    """
    import keras

    picture = keras.Input((size, size, 1), name="grey")
    rgb = keras.layers.Conv2D(3, 1, name=GREY_TO_RGB)(picture)
    features = TABLE[name](rgb, file)
    pooled = keras.layers.GlobalAveragePooling2D(name=POOLED)(features)
    kept = keras.layers.Dropout(dropout, name=DROPOUT)(pooled)
    return keras.Model(picture, keras.layers.Dense(classes, name=LOGITS)(kept), name=name)


def _simple_cnn(rgb: Any, _: Path | None) -> Any:
    """Depthwise separable convolutions with batch norm (Chollet 2017, arXiv:1610.02357), stride 16.

    Its batch norms follow the batches closely: a small network on a small data set takes few steps.
    """
    import keras

    # Keras counts a depthwise kernel's other channels as inputs too: its default starts far too small
    depthwise = keras.initializers.VarianceScaling(2.0, "fan_out")
    own = {"depthwise_initializer": depthwise, "pointwise_initializer": "he_normal"}
    x = rgb
    for number, (filters, stride) in enumerate(((24, 2), (48, 2), (96, 2), (192, 2), (192, 1)), start=1):
        block, common = f"block_{number}", {"strides": stride, "padding": "same", "use_bias": False}
        if number == 1:
            x = keras.layers.Conv2D(filters, 3, name=f"{block}_conv", **common)(x)
        else:
            x = keras.layers.SeparableConv2D(filters, 3, name=f"{block}_conv", **common, **own)(x)
        x = keras.layers.BatchNormalization(momentum=0.9, name=f"{block}_bn")(x)
        x = keras.layers.ReLU(name=LAYER if number == 5 else f"{block}_relu")(x)
    return x


def _application(rgb: Any, file: Path | None, *, build: str, **options: Any) -> Any:
    """One of keras.applications as it is."""
    return attach(_applied(build, rgb, file, **options), rgb, LAYER)


def _vgg16(rgb: Any, file: Path | None) -> Any:
    """VGG16 (Simonyan & Zisserman 2015, arXiv:1409.1556) up to its last pooling: a finer heatmap.

    Without batch norm, Keras' random weights let the signal fade; He's keep it (2015, arXiv:1502.01852).
    """
    import keras

    network = _applied("VGG16", rgb, file)
    draw = keras.initializers.HeNormal()
    for layer in [] if file else network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            layer.kernel.assign(draw(layer.kernel.shape))
    return attach(keras.Model(network.input, network.get_layer("block5_conv3").output), rgb, LAYER)


def _mobilenet_v2(rgb: Any, file: Path | None) -> Any:
    """MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381): its end beside its middle.

    The last map (stride 32, 1280 channels) is doubled to lie on block 13's grid (stride 16, 576):
    mid-level features help small stones, and heatmaps get the finer grid.
    """
    import keras

    network = _applied("MobileNetV2", rgb, file)
    middle = network.get_layer("block_13_expand_relu").output
    end = keras.layers.UpSampling2D(2, interpolation="nearest", name="end_on_middle_grid")(network.output)
    both = keras.layers.Concatenate(name=LAYER)([middle, end])
    return attach(keras.Model(network.input, both), rgb, LAYER)


def _applied(build: str, rgb: Any, file: Path | None, **options: Any) -> Any:
    import keras

    make = getattr(keras.applications, build)
    return make(
        input_shape=tuple(rgb.shape[1:]), include_top=False, weights=str(file) if file else None, **options
    )


_bare = partial(_application, include_preprocessing=False)

TABLE: Mapping[str, Builder] = MappingProxyType(
    {
        "simple_cnn": _simple_cnn,
        "vgg16": _vgg16,
        "resnet50": partial(_application, build="ResNet50"),
        "efficientnet_b0": partial(_application, build="EfficientNetB0"),
        "efficientnet_v2_b0": partial(_bare, build="EfficientNetV2B0"),
        "mobilenet_v2": _mobilenet_v2,
        # Large: of ImageNet's pictures it gets 75 % right, Small 67 % (Howard et al. 2019, arXiv:1905.02244)
        "mobilenet_v3": partial(_bare, build="MobileNetV3Large"),
        "densenet121": partial(_application, build="DenseNet121"),
        "convnext_tiny": partial(_bare, build="ConvNeXtTiny"),
    }
)
"""By the name of a row of `core.models.backbones`: from an RGB tensor, and a weights file, to `LAYER`."""
