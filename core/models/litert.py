"""A .tflite file as a function: no TensorFlow, and for one thread at a time."""

from collections.abc import Callable

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8] | NDArray[np.float32]


def forward(content: bytes, threads: int = 1) -> Callable[[Picture], list[Floats]]:
    """A .tflite file as a function; not for two threads at once.

    Args:
        content: The file.
        threads: Of one forward pass.

    Returns:
        From (S, S) grey 0..255 to its outputs without the batch, those of most dimensions first.
    """
    interpreter = Interpreter(model_content=content, num_threads=threads)
    interpreter.allocate_tensors()
    inlet = interpreter.get_input_details()[0]["index"]
    outlets = sorted(interpreter.get_output_details(), key=lambda one: -len(one["shape"]))

    def run(square: Picture) -> list[Floats]:
        interpreter.set_tensor(inlet, square[None, ..., None].astype(np.float32))
        interpreter.invoke()
        return [interpreter.get_tensor(one["index"])[0] for one in outlets]

    return run


def runner(content: bytes, threads: int = 1) -> Callable[[Picture], tuple[Floats, Floats]]:
    """As `forward`, of an export: from (S, S) grey 0..255 to feature map (h, w, C) and logits (K,)."""
    run = forward(content, threads)

    def both(square: Picture) -> tuple[Floats, Floats]:
        features, logits = run(square)
        return features, logits

    return both
