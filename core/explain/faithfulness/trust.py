"""How far one map can be believed: its curves against random maps, and its stability."""

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.explain import asking
from core.explain.faithfulness import words
from core.explain.faithfulness.curves import (
    RANDOM_SHARES,
    SHARES,
    both,
    curve,
    hottest_first,
    logits_of_ends,
    order,
)
from core.explain.faithfulness.random_maps import COUNT, random_maps
from core.explain.faithfulness.stability import Again, changes, stability
from core.explain.faithfulness.values import Curves, Trust
from core.explain.network import Network
from core.explain.values import Explanation, Floats, Square, Step


def trust(
    network: Any, square: Square, explanation: Explanation, step: Step, again: Again | None = None,
    answers: Network | None = None,
) -> Trust:  # fmt: skip
    """Measure one map.

    Args:
        network: The model that the map is of, by Keras where its method needs gradients.
        square: (S, S) uint8 that was explained.
        explanation: Its map.
        step: Told the share that is done, of the time that it is likely to take.
        again: Explains a changed square with the same ask; by default the same method on the same
            network.
        answers: Whom to ask for probabilities; by default the same network. The LiteRT one is faster.

    Raises:
        Cancelled: By ``step``.
    """
    asked = answers or network
    start = perf_counter()
    ends = logits_of_ends(asked, square)
    if explanation.flat:
        step(1.0)
        return _flat(asked, explanation, ends)
    curving, explaining = _seconds(perf_counter() - start, explanation)
    share = curving / (curving + explaining)
    curves = _curves(asked, square, explanation, ends, _part(step, 0.0, share))
    once_more = again or partial(_again, network, explanation)
    stable = stability(square, explanation, once_more, _part(step, share, 1.0))
    return _summed(explanation, curves, stable)


def _curves(network: Network, square: Square, explanation: Explanation, ends: Floats, step: Step) -> Curves:
    """The map's own two curves, and those of the random maps."""
    size, ask = len(square), explanation.ask
    own = both(network, square, order(explanation, size), ask.target, ends)
    step(1 / (COUNT + 1))
    others = []
    for number, heat in enumerate(random_maps(explanation.support, size, ask.seed), start=2):
        others.append(both(network, square, hottest_first(heat), ask.target, ends, RANDOM_SHARES))
        step(number / (COUNT + 1))
    downs, ups = (np.stack([pair[which].probabilities for pair in others]) for which in (0, 1))
    return Curves(*own, np.array(RANDOM_SHARES), downs, ups)


def _summed(explanation: Explanation, curves: Curves, stable: dict[str, float]) -> Trust:
    least = min(stable.values())
    found = words.level(words.share_beaten(curves), least, words.swing(curves))
    said = words.sentences(explanation.ask.target, curves, stable)
    return Trust(explanation.ask, *curves, stability=stable, level=found, sentences=said)


def _flat(network: Network, explanation: Explanation, ends: Floats) -> Trust:
    """There is no order in which to take places away: the curves' ends are all that is known."""
    target = explanation.ask.target
    down, up = (curve(network, logits, target, (0.0, 1.0)) for logits in (ends, ends[::-1]))
    none: NDArray[np.float64] = np.zeros((0, 2))
    ends_alone = np.array([0.0, 1.0])
    said = (words.FLAT.format(target=target.words),)
    return Trust(explanation.ask, down, up, ends_alone, none, none, {}, "flat", said)


def _again(network: Any, explanation: Explanation, square: Square) -> Explanation:
    return asking.explain(network, square, explanation.placement, explanation.ask, _nobody)


def _seconds(two_passes: float, explanation: Explanation) -> tuple[float, float]:
    """What the curves and the explaining again are likely to take."""
    passes = 2 * (len(SHARES) - 2 + COUNT * (len(RANDOM_SHARES) - 2))
    again = len(changes(explanation.ask.method)) * explanation.milliseconds / 1000
    return max(two_passes / 2 * passes, 1e-6), again


def _part(step: Step, start: float, end: float) -> Callable[[float], None]:
    """A part's own progress as progress of the whole."""
    return lambda share: step(start + (end - start) * share)


def _nobody(share: float) -> None:
    """The progress of one run among several is nobody's concern."""
