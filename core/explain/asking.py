"""One call for every method: a network, a square and what is asked in, an explanation out."""

from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import Any

import numpy as np

from core.domain import Placement
from core.errors import InputError
from core.explain.by_name import function
from core.explain.cam import blank
from core.explain.methods import METHODS, Method
from core.explain.values import Ask, Explanation, Floats, Square, Step, Target

Attribute = Callable[[Any, Square, Ask, Step], Floats]
"""A method: (network, square (S, S) uint8, ask, step) to a raw map (h, w) float32 over the square. The
network is a `core.explain.gradient.network.KerasNetwork` for methods that need gradients, any `Network`
for others."""


def method(key: str) -> Method:
    """A row of the table.

    Raises:
        InputError: There is no such method.
    """
    if key not in METHODS:
        raise InputError(f'There is no method "{key}"; there are {", ".join(METHODS)}.', "no-method")
    return METHODS[key]


def attribute(key: str) -> Attribute:
    """What draws a method's maps, imported now.

    Raises:
        InputError: There is no such method.
    """
    found: Attribute = function(method(key).at)
    return found


def asks(keys: Iterable[str], target: Target, layer: str | None) -> tuple[Ask, ...]:
    """One a method.

    Args:
        keys: Of `METHODS`.
        target: What is to be explained.
        layer: Only asked of methods that read one.
    """
    return tuple(Ask(key, target, layer if METHODS[key].layered else None) for key in keys)


def check(target: Target, labels: Sequence[str]) -> None:
    """Refuse a target that a model can't be asked about.

    Raises:
        InputError: The model has no such class, or the class is held against itself.
    """
    try:
        target.weights(labels)
    except ValueError as error:
        raise InputError(f"{str(error)[0].upper()}{str(error)[1:]}.", "no-class") from None


def explain(network: Any, square: Square, placement: Placement, ask: Ask, step: Step) -> Explanation:
    """One map of one slice.

    Args:
        network: The model, by Keras where the method needs gradients.
        square: (S, S) uint8, prepared as the bundle says.
        placement: Where the square lies on the slice.
        ask: What is wanted.
        step: Told the share that is done.

    Returns:
        The map; all 0 for a square of one grey, see `core.explain.cam.blank`.

    Raises:
        InputError: There is no such method, class or layer, or what it gives are no numbers.
        Cancelled: By ``step``.
    """
    row = method(ask.method)
    check(ask.target, network.bundle.card.labels)
    draw = attribute(ask.method)
    before, start = network.passes, perf_counter()
    raw = np.asarray(draw(network, square, ask, step), np.float32)
    if blank(square):
        raw = np.zeros_like(raw)
    if not np.isfinite(raw).all():
        raise InputError(
            f"{row.title} has values for this slice that are no numbers, so there is no map. Choose another "
            "method or layer.",
            "not-finite",
        )
    return Explanation(
        ask=ask,
        raw=raw,
        unit=row.unit,
        layer=(ask.layer or network.bundle.card.layer) if row.layered or row.needs == "answer" else "",
        placement=placement,
        model=network.bundle.ref,
        passes=network.passes - before,
        milliseconds=1000.0 * (perf_counter() - start),
    )
