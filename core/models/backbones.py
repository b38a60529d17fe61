"""The table of backbones: how each is built and what its weights expect."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from core.errors import SettingsError

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class Backbone:
    """A row.

    Attributes:
        name: What params.yaml and a bundle's card call it.
        mean: Per RGB channel of a picture 0..1, subtracted before the network.
        std: Per channel, divided by.
        features: From an RGB tensor to the feature map that the head pools; its last layer is
            named as it is told.
    """

    name: str
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    features: Callable[[Any, str], Any]


def _mobilenet_v2(rgb: Any, layer: str) -> Any:
    """MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381): its end beside its middle.

    The last map (stride 32, 1280 channels) is doubled to lie on block 13's grid (stride 16, 576):
    mid-level features help small stones, and heatmaps get the finer grid.
    """
    import keras

    network = keras.applications.MobileNetV2(input_tensor=rgb, include_top=False, weights=None)
    middle = network.get_layer("block_13_expand_relu").output
    end = keras.layers.UpSampling2D(2, interpolation="nearest", name="end_on_middle_grid")(network.output)
    return keras.layers.Concatenate(name=layer)([middle, end])


TABLE: Mapping[str, Backbone] = MappingProxyType(
    {"mobilenet_v2": Backbone("mobilenet_v2", IMAGENET_MEAN, IMAGENET_STD, _mobilenet_v2)}
)


def backbone(name: str) -> Backbone:
    """A row of the table.

    Raises:
        SettingsError: There is none of that name.
    """
    if name not in TABLE:
        raise SettingsError(
            f'There is no backbone "{name}". Use one of: {", ".join(TABLE)}.', "unknown-backbone"
        )
    return TABLE[name]
