"""A Keras application as plain layers on a tensor: no model in a model, no name that chance settles.

Keras names a layer that has no name by how many of its kind the process has made, and puts ConvNeXt's
down-sampling into models of their own. A digest, a copy of weights and Grad-CAM need neither.
"""

import re
from collections import Counter
from typing import Any

import numpy as np


def attach(network: Any, rgb: Any, layer: str) -> Any:
    """Put a network's layers, with their weights, on a tensor.

    Scaling of pictures is left out: the layer before does it.

    Args:
        network: A keras.Model from (N, S, S, 3).
        rgb: A symbolic tensor of that shape.
        layer: What its last layer is to be called.

    Returns:
        The symbolic feature map.
    """
    import keras

    walk = _Walk(network.layers[-1], layer)
    keras.models.clone_model(
        network, input_tensors=rgb, clone_function=lambda origin: origin, call_function=walk.call
    )
    return walk.reached


class _Walk:
    """Goes through a network, each layer after what it needs.

    Attributes:
        reached: What the layer called last gives.
    """

    def __init__(self, last: Any, name: str) -> None:
        self.reached: Any = None
        self._last, self._name = last, name
        self._counts: Counter[str] = Counter()

    def call(self, origin: Any, *inputs: Any, **_: Any) -> Any:
        """What a copy of a layer makes of its inputs."""
        import keras

        if isinstance(origin, keras.Sequential):
            for part in origin.layers:
                inputs = (self.call(part, *inputs),)
            return inputs[0]
        if isinstance(origin, keras.layers.Rescaling | keras.layers.Normalization):
            return inputs[0]
        copy, given = _alike(origin, inputs, self._named(origin))
        self.reached = copy(given)
        shapes = [weight.shape for weight in copy.weights]
        values = [weight.numpy() for weight in getattr(origin, "weights", [])]
        copy.set_weights([np.reshape(value, shape) for value, shape in zip(values, shapes, strict=True)])
        return self.reached

    def _named(self, origin: Any) -> str:
        """The layer's own name, or one by its kind and its place in this network."""
        if origin is self._last:
            return self._name
        kind = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])", "_", type(origin).__name__).lower()
        if not re.fullmatch(rf"{kind}(_\d+)?", str(origin.name)):
            return str(origin.name)
        self._counts[kind] += 1
        return f"{kind}_{self._counts[kind]}"


def _alike(origin: Any, inputs: tuple[Any, ...], name: str) -> tuple[Any, Any]:
    """A layer that computes what another does, of a kind every reader knows, and its input."""
    import keras

    kind, first = type(origin).__name__, inputs[0]
    if not isinstance(origin, keras.layers.Layer):
        return _operation(kind, inputs, name)
    config = origin.get_config() | {"name": name}
    if kind == "LayerScale":
        scale = keras.initializers.Constant(origin.init_values)
        return keras.layers.DepthwiseConv2D(1, use_bias=False, depthwise_initializer=scale, name=name), first
    if kind == "Conv2D" and origin.groups > 1:
        # TensorFlow has no gradient of a grouped convolution on a CPU
        same = {"padding": origin.padding, "strides": origin.strides, "use_bias": origin.use_bias}
        return keras.layers.DepthwiseConv2D(origin.kernel_size, name=name, **same), first
    return type(origin).from_config(config), first


def _operation(kind: str, inputs: tuple[Any, ...], name: str) -> tuple[Any, Any]:
    """What stands for ``a + b``, ``a + 3.0`` or ``a * 0.5``."""
    import keras

    first, second = inputs
    if kind == "Add" and isinstance(second, float):
        return keras.layers.Rescaling(1.0, offset=second, name=name), first
    if kind == "Multiply" and isinstance(second, float):
        return keras.layers.Rescaling(second, name=name), first
    if kind == "Add":
        return keras.layers.Add(name=name), [first, second]
    raise TypeError(f"a network's {kind} has no layer that stands for it")
