"""How each backbone is built: from an RGB tensor to the feature map that the head pools."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any


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


TABLE: Mapping[str, Callable[[Any, str], Any]] = MappingProxyType({"mobilenet_v2": _mobilenet_v2})
"""By the name of a row of `core.models.backbones`; the last layer gets the name it is told."""
