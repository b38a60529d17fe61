"""The model as a method needs it; TensorFlow is loaded by name, and only for methods with gradients."""

from typing import Any, Final

from core.explain.asking import method
from core.explain.by_name import function
from core.explain.network import LiteRtNetwork
from core.models.bundle import Bundle

_KERAS: Final = "core.explain.gradient.network:KerasNetwork"
"""By name: the web process must not find TensorFlow behind this."""


def network(bundle: Bundle, key: str, threads: int) -> Any:
    """Open a bundle's model for a method.

    Args:
        bundle: The model.
        key: A key of `core.explain.methods.METHODS`.
        threads: Of one forward pass by LiteRT.

    Returns:
        A `core.explain.network.Network`; by Keras where the method needs gradients.

    Raises:
        StudioError: There is no such method, or the model can't be opened.
    """
    return gradient(bundle) if method(key).needs == "gradient" else LiteRtNetwork(bundle, threads)


def gradient(bundle: Bundle) -> Any:
    """Open a bundle's model by Keras: a `core.explain.gradient.network.KerasNetwork`.

    Raises:
        BundleError: It can't be read.
    """
    return function(_KERAS)(bundle)
