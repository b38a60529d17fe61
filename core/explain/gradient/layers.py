"""Which layers a map can be read from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.errors import InputError
from core.explain.gradient.network import KerasNetwork

_SHOWN: Final = 40
"""Characters of a name in a sentence."""
_JOINED: Final = ("Add", "Concatenate", "Multiply", "Average", "Maximum")
_ACTIVATIONS: Final = ("ReLU", "LeakyReLU", "PReLU", "ELU")


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer with places: its output is a grid over the square.

    Attributes:
        name: Its own, in the model.
        height: Rows of its grid.
        width: Columns of its grid.
        channels: Features at a place.
    """

    name: str
    height: int
    width: int
    channels: int


def layers(network: KerasNetwork) -> tuple[Layer, ...]:
    """The layers that make sense to read, from the picture to the head.

    Those that all the rest hangs on, so that nothing goes past them: after an activation, or where branches
    meet. Any other with a grid can be asked for by its name.

    Returns:
        At least one: the last is the bundle's own, which feeds the head.
    """
    found = list(network.model.layers)
    own = [layer.name for layer in found].index(network.bundle.card.layer)
    readers = _last_readers(found)
    chosen, reach = [], 0
    for place, one in enumerate(found[:own]):
        alone = reach <= place  # nothing before it is read by anything after it
        reach = max(reach, readers[place])
        if alone and _has_places(one) and _speaks(one, found[place + 1], readers[place] == place + 1):
            chosen.append(_described(one))
    return *chosen, _described(found[own])


def layer(network: KerasNetwork, name: str | None) -> Layer:
    """One by its name.

    Args:
        network: The model.
        name: A layer's with a grid of 2 x 2 places or more; None is the bundle's own.

    Raises:
        InputError: There is none of that name, or it has no grid.
    """
    own = network.bundle.card.layer
    wanted = own if name is None else name
    for one in network.model.layers:
        if one.name == wanted and (wanted == own or _has_places(one)):
            return _described(one)
        if one.name == wanted:
            raise _unknown(f'The layer "{_short(wanted)}" has no places to show on a slice', network)
    raise _unknown(f'The model has no layer "{_short(wanted)}"', network)


def _unknown(what: str, network: KerasNetwork) -> InputError:
    names = [_short(one.name) for one in layers(network)]
    some = dict.fromkeys([*names[:: max(1, len(names) // 3)][:3], names[-1]])
    return InputError(f"{what}. Use another one, e.g. {', '.join(some)}.", "no-layer")


def _short(name: str) -> str:
    return name if len(name) <= _SHOWN else f"{name[: _SHOWN - 1]}…"


def _described(layer: Any) -> Layer:
    height, width, channels = layer.output.shape[1:]
    return Layer(layer.name, height, width, channels)


def _has_places(layer: Any) -> bool:
    shape = layer.output.shape
    return len(shape) == 4 and min(shape[1:3]) > 1


def _speaks(layer: Any, following: Any, only: bool) -> bool:
    """Whether its values say that something was found, and the next layer's don't say it better.

    Args:
        layer: A layer.
        following: The next one.
        only: Whether that is all that reads it.
    """
    joined = type(layer).__name__ in _JOINED
    return _activates(layer) or (joined and not (only and _pointwise(following)))


def _activates(layer: Any) -> bool:
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    return type(layer).__name__ in _ACTIVATIONS or activation != "linear"


def _pointwise(layer: Any) -> bool:
    return not layer.weights and _activates(layer)


def _last_readers(found: Sequence[Any]) -> list[int]:
    """For each layer, the place of the last one that reads it; its own where none does."""
    places = {id(layer.output): place for place, layer in enumerate(found)}
    last = list(range(len(found)))
    for place, one in enumerate(found):
        for tensor in one.input if isinstance(one.input, list | tuple) else [one.input]:
            made = places.get(id(tensor), place)
            last[made] = max(last[made], place)
    return last
