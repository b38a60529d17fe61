"""A model as files: Keras's own, and the LiteRT export that gives feature map and logits in one pass."""

import contextlib
import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BundleError
from core.models import litert
from core.models.bundle import LITERT

TOLERANCE = 1e-3
"""That a logit may be off, of logits up to `_USUAL`; of larger ones as much more as they are larger."""
_USUAL = 10.0
EPOCH = (1980, 1, 1, 0, 0, 0)


def save(model: Any, path: Path) -> None:
    """Write the .keras file without the moment of saving: the same model gives the same bytes.

    Args:
        model: A Keras model.
        path: The file, replaced.
    """
    with tempfile.TemporaryDirectory(dir=path.parent) as made:
        raw = Path(made) / path.name
        model.save(raw)
        with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w") as target:
            for name in sorted(source.namelist()):
                data = source.read(name)
                if name == "metadata.json":
                    data = json.dumps({**json.loads(data), "date_saved": ""}).encode()
                target.writestr(zipfile.ZipInfo(name, EPOCH), data)


def export(model: Any, layer: str) -> bytes:
    """Convert a Keras model.

    Args:
        model: Flat, one input, one output.
        layer: The layer whose output is the second output.

    Returns:
        The .tflite file: float32, input (1, S, S, 1), outputs (1, h, w, C) and (1, K).
    """
    import keras

    return convert(keras.Model(model.inputs, [model.get_layer(layer).output, model.outputs[0]]))


def convert(model: Any) -> bytes:
    """A Keras model as a .tflite file, float32. What Keras prints on the way is dropped."""
    import tensorflow as tf

    with contextlib.redirect_stdout(io.StringIO()):
        data: bytes = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    return data


def check(model: Any, folder: Path, squares: NDArray[np.uint8]) -> float:
    """Hold the export against the model it came from.

    Args:
        model: The Keras model.
        folder: The bundle's folder.
        squares: (N, S, S) uint8.

    Returns:
        The largest difference of a logit.

    Raises:
        BundleError: It passes `TOLERANCE`, or is no number.
    """
    expected = model.predict(squares[..., None].astype(np.float32), verbose=0)
    run = litert.runner((folder / LITERT).read_bytes())
    found = np.stack([run(square)[1] for square in squares])
    worst = float(np.abs(found - expected).max())
    # float32 keeps so many digits, not so many decimals
    allowed = TOLERANCE * max(1.0, float(np.abs(expected).max()) / _USUAL)
    if not worst <= allowed:
        raise BundleError(
            f"The exported model is off by {worst:.2g} logits where {allowed:.2g} is allowed: "
            "keep the earlier bundle and report it.",
            "export-differs",
        )
    return worst
