"""What the process that explains does, a function a kind of work; see `core.explain.pool.works.KINDS`.

What needs TensorFlow is imported by name: what only asks LiteRT never pays for it.
"""

from typing import Any

from core.domain import Placement
from core.explain.asking import explain as ask_for
from core.explain.by_name import function
from core.explain.flip import Flip
from core.explain.flip import flip as find
from core.explain.pool.networks import Networks
from core.explain.values import Ask, Explanation, Square, Step


def layers(networks: Networks, step: Step) -> Any:
    """The layers that can be read: a tuple of `core.explain.gradient.layers.Layer`."""
    found = function("core.explain.gradient.layers:layers")(networks.gradient)
    step(1.0)
    return found


def explain(networks: Networks, step: Step, square: Square, placement: Placement, ask: Ask) -> Explanation:
    """One map of one slice, see `core.explain.asking.explain`."""
    return ask_for(networks.of(ask.method), square, placement, ask, step)


def trust(networks: Networks, step: Step, square: Square, explanation: Explanation) -> Any:
    """How far a map can be believed: a `core.explain.faithfulness.values.Trust`."""
    measure = function("core.explain.faithfulness.trust:trust")
    network = networks.of(explanation.ask.method)
    return measure(network, square, explanation, step, answers=networks.forward)


def flip(networks: Networks, step: Step, square: Square, placement: Placement) -> Flip | None:
    """What would change the answer, see `core.explain.flip.flip`."""
    return find(networks.forward, square, placement, step)
