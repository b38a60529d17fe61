"""Deletion and insertion: what becomes of the probability as a map's hottest places are replaced.

Petsiuk et al. 2018 (RISE), arXiv:1806.07421. Deletion blurs the hottest places first, insertion starts
with the blurred square and makes the hottest ones sharp first. The replaced value is the blurred square
(`core.explain.blurred`), not black: black is air and unlike any slice that the model was trained on.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.explain.blurred import blurred
from core.explain.faithfulness.random_maps import random_map
from core.explain.faithfulness.values import Curve
from core.explain.network import Network, probabilities
from core.explain.values import Explanation, Floats, Square, Target

SHARES: Final = (0.0, 0.01, 0.02, 0.03, 0.05, 0.075, *(round(0.05 * n, 2) for n in range(2, 21)))
"""Shares of the square that are replaced: finer at the start, where the heat is."""

RANDOM_SHARES: Final = (0.0, 0.02, 0.05, *(round(0.1 * n, 2) for n in range(1, 11)))
"""Those of them that random maps are asked about: half the passes, and hardly another area."""

_TIES: Final = 7919


def order(explanation: Explanation, size: int) -> NDArray[np.intp]:
    """The square's pixels as its map takes them, the hottest first.

    What has the same heat, most of all the part without any, would go in scan order, from top to
    bottom: a bias. It goes in the order of a seeded random map as smooth as the map instead.

    Args:
        explanation: The map.
        size: Side of the square, pixels.

    Returns:
        (size * size,) indices into the flattened square.
    """
    ties = random_map(explanation.support, size, explanation.ask.seed + _TIES)
    return hottest_first(explanation.square(size), ties)


def hottest_first(heat: Floats, ties: Floats | None = None) -> NDArray[np.intp]:
    """Indices of a flattened map from the largest value to the least; ties by another map's values."""
    if ties is None:
        return np.argsort(-heat, axis=None, kind="stable")
    return np.lexsort((-ties.ravel(), -heat.ravel()))


def replaced(square: Square | Floats, by: Floats, taken: NDArray[np.intp], share: float) -> Floats:
    """The square with its first places replaced.

    Args:
        square: (S, S) grey 0..255.
        by: (S, S) what stands there instead.
        taken: (S * S,) the order in which places go.
        share: Of all places, 0 to 1.

    Returns:
        (S, S) float32.
    """
    mixed = np.array(square, np.float32).ravel()
    gone = taken[: round(share * taken.size)]
    mixed[gone] = by.ravel()[gone]
    return mixed.reshape(square.shape)


def both(
    network: Network,
    square: Square,
    taken: NDArray[np.intp],
    target: Target,
    ends: Floats,
    shares: tuple[float, ...] = SHARES,
) -> tuple[Curve, Curve]:
    """Deletion and insertion of one order of places.

    Args:
        network: The model.
        square: (S, S) uint8, prepared as the bundle says.
        taken: (S * S,) the order in which places go.
        target: Whose probability is followed.
        ends: From `logits_of_ends`: the same for every order.
        shares: At which the model is asked, from 0 to 1.

    Returns:
        The two curves.
    """
    soft, sharp = blurred(square), square.astype(np.float32)
    without = network.logits(np.stack([replaced(sharp, soft, taken, share) for share in shares[1:-1]]))
    within = network.logits(np.stack([replaced(soft, sharp, taken, share) for share in shares[1:-1]]))
    return (
        curve(network, np.vstack([ends[:1], without, ends[1:]]), target, shares),
        curve(network, np.vstack([ends[1:], within, ends[:1]]), target, shares),
    )


def logits_of_ends(network: Network, square: Square) -> Floats:
    """(2, K) logits of the square as it is and of the square blurred as a whole."""
    return network.logits(np.stack([square.astype(np.float32), blurred(square)]))


def curve(network: Network, logits: Floats, target: Target, shares: tuple[float, ...] = SHARES) -> Curve:
    """A curve from the logits (n, K) at n shares."""
    card = network.bundle.card
    every = probabilities(logits, card.temperature)
    followed = every[:, card.labels.index(target.label)]
    if target.against is not None:
        pair = [card.labels.index(target.label), card.labels.index(target.against)]
        followed = probabilities(logits[:, pair], card.temperature)[:, 0]
    return Curve(np.array(shares), followed, every)
