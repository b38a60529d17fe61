"""The model as methods see it: squares in, logits out. By LiteRT here, by Keras in `gradient`."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.explain.values import Floats
from core.models import litert
from core.models.bundle import LITERT, REFERENCE, Bundle


class Network(Protocol):
    """A bundle's model that can be asked; not for two threads at once.

    Attributes:
        bundle: Whose it is: labels, temperature, input size and explained layer are its card's.
        passes: How often it was run so far.
    """

    bundle: Bundle
    passes: int

    def logits(self, squares: NDArray[np.uint8] | Floats) -> Floats:
        """Ask about squares.

        Args:
            squares: (N, S, S) grey 0..255, prepared as the bundle says; float32 where they were mixed.

        Returns:
            (N, K) logits in the bundle's order.
        """
        ...

    def features(self, square: NDArray[np.uint8] | Floats) -> Floats:
        """The explained layer's output for one square (S, S): (h, w, C)."""
        ...


class LiteRtNetwork:
    """By the bundle's LiteRT export: some milliseconds a pass, and no TensorFlow.

    Args:
        bundle: A verified bundle.
        threads: Of one forward pass.
    """

    def __init__(self, bundle: Bundle, threads: int = 2) -> None:
        self.bundle = bundle
        self.passes = 0
        self._run = litert.runner((bundle.path / LITERT).read_bytes(), threads)

    def logits(self, squares: NDArray[np.uint8] | Floats) -> Floats:
        """See `Network.logits`."""
        return np.stack([self._both(square)[1] for square in squares])

    def features(self, square: NDArray[np.uint8] | Floats) -> Floats:
        """See `Network.features`."""
        return self._both(square)[0]

    def _both(self, square: NDArray[np.uint8] | Floats) -> tuple[Floats, Floats]:
        self.passes += 1
        return self._run(square)


def kernel(bundle: Bundle) -> Floats:
    """(C, K) the head's weights."""
    with np.load(bundle.path / REFERENCE, allow_pickle=False) as arrays:
        return np.asarray(arrays["head_kernel"], np.float32)


def probabilities(logits: Floats, temperature: float) -> NDArray[np.float64]:
    """Calibrated probabilities: softmax of the logits over the bundle's temperature.

    Guo et al. 2017, arXiv:1706.04599.

    Args:
        logits: (..., K).
        temperature: The bundle's.

    Returns:
        (..., K), each row adding up to 1.
    """
    scaled = np.asarray(logits, np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))
