"""Integrated gradients: what each pixel adds to the score on the way from black to the slice.

Sundararajan et al. 2017, arXiv:1703.01365. The path is straight, black is 0 of the model's own grey. A
network's gradient jumps along it, mostly near black, so that evenly spaced steps add up badly: steps begin
denser towards black, and one whose gradient doesn't account for the score's own change is cut in three.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.explain.gradient.network import KerasNetwork, split
from core.explain.values import Ask, Floats, Square, Step

Doubles = NDArray[np.float64]

FIRST: Final = 32
"""Steps at first."""
MOST: Final = 160
"""Steps at most."""
WORST: Final = 8
"""Steps that are cut at once."""
GAP: Final = 0.05
"""Completeness: the map's sum may miss the score's difference by so many logits, or by `SHARE` of it."""
SHARE: Final = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """A part of the path, from ``low`` to ``high`` of the way.

    Attributes:
        rise: How much higher the score is at its end.
        gradient: (S, S) the score's at its middle.
        slope: The score's change along the path there.
    """

    low: float
    high: float
    rise: float
    gradient: Floats
    slope: float

    @property
    def width(self) -> float:
        return self.high - self.low

    @property
    def gap(self) -> float:
        """What of the rise its gradient doesn't account for."""
        return self.rise - self.width * self.slope


def attribute(network: KerasNetwork, square: Square, ask: Ask, step: Step) -> Floats:
    """The map, see `core.explain.asking.Attribute`.

    Returns:
        (S, S) logits: positive where the pixel raised the score. It adds up to the slice's score less a black
        one's, within `GAP` logits or `SHARE` of it, unless `MOST` steps don't do.
    """
    step(0.0)
    path = _Path(network, square, ask.target.weights(network.bundle.card.labels), step)
    parts = path.walk(np.linspace(0.0, 1.0, FIRST + 1) ** 2)
    allowed = max(GAP, SHARE * abs(sum(part.rise for part in parts)))
    while abs(sum(part.gap for part in parts)) > allowed and len(parts) + 2 * WORST <= MOST:
        parts.sort(key=lambda part: abs(part.gap))
        parts = parts[:-WORST] + path.cut(parts[-WORST:])
    step(1.0)
    total = np.zeros(path.grey.shape, np.float64)
    for part in parts:
        total += part.width * part.gradient
    return (path.grey * total).astype(np.float32)


class _Path:
    """From black to a slice."""

    def __init__(self, network: KerasNetwork, square: Square, weights: Floats, step: Step) -> None:
        self.grey = np.asarray(square, np.float32)
        self._network, self._weights, self._step = network, weights, step
        self._done = 0

    def walk(self, edges: Doubles) -> list[_Stretch]:
        """The stretches between edges 0..1 of the way."""
        scores = self._scores(edges)
        gradients = self._gradients((edges[1:] + edges[:-1]) / 2)
        return [
            self._stretch(edges[n], edges[n + 1], scores[n + 1] - scores[n], gradient)
            for n, gradient in enumerate(gradients)
        ]

    def cut(self, parts: Sequence[_Stretch]) -> list[_Stretch]:
        """Each in three; the middle one's gradient is known."""
        found = []
        for part in parts:
            edges = np.linspace(part.low, part.high, 4)
            scores = self._scores(edges)
            first, last = self._gradients(np.array([edges[:2].mean(), edges[2:].mean()]))
            for n, gradient in enumerate((first, part.gradient, last)):
                found.append(self._stretch(edges[n], edges[n + 1], scores[n + 1] - scores[n], gradient))
        return found

    def _stretch(self, low: float, high: float, rise: float, gradient: Floats) -> _Stretch:
        slope = float(np.sum(gradient * self.grey, dtype=np.float64))
        return _Stretch(float(low), float(high), float(rise), gradient, slope)

    def _scores(self, ways: Doubles) -> Doubles:
        logits = [self._network.logits(part) for part in split(self._at(ways), self._network.batch)]
        return np.asarray(np.concatenate(logits).astype(np.float64) @ self._weights)

    def _gradients(self, ways: Doubles) -> list[Floats]:
        found: list[Floats] = []
        for part in split(self._at(ways), self._network.gradient_batch):
            self._step(float(np.interp(self._done, (0, FIRST, MOST), (0.0, 0.5, 1.0))))
            found.extend(self._network.gradients(part, self._weights)[1])
            self._done += len(part)
        return found

    def _at(self, ways: Doubles) -> Floats:
        return np.asarray(ways, np.float32)[:, None, None] * self.grey
