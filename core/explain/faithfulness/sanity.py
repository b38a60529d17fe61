"""The randomisation check: a map of a model that knows nothing must be another map.

Model parameter randomisation of Adebayo et al. 2018, arXiv:1810.03292, section 3. Weights are made random
from the head down (cascading), and one part at a time (independent); each time every method explains the
same slices for the same class again. A method whose maps stay is an edge detector, whatever it is called.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from core.explain import asking
from core.explain.cam import class_maps
from core.explain.faithfulness.checked import Checked, Sanity
from core.explain.faithfulness.ranks import spearman
from core.explain.gradient.network import KerasNetwork
from core.explain.methods import DEFAULT
from core.explain.values import FLAT, Ask, Floats, Square, Step, Target
from core.models.bundle import Bundle

PARTS: Final = 4
"""Into so many parts of as many layers each the backbone is cut, beside the head."""
Attributes = Mapping[str, asking.Attribute]
Maps = dict[str, list[Floats]]


def sanity(
    bundle: Bundle,
    squares: Sequence[Square],
    keys: Sequence[str],
    step: Step,
    seed: int = 0,
    attributes: Attributes = MappingProxyType({}),
) -> Sanity:
    """Check methods on one bundle's model; a copy in memory is made random, the bundle stays.

    Args:
        bundle: The model.
        squares: (S, S) uint8 each, at least one, prepared as the bundle says, e.g. those of
            `core.explain.faithfulness.usual`.
        keys: Methods of the table, or of ``attributes``.
        step: Told the share that is done.
        seed: Of the random weights.
        attributes: Methods that aren't in the table, by key.

    Returns:
        Of each method whose map of at least one square isn't flat.

    Raises:
        InputError: There is no such method.
        ValueError: There are no squares.
        Cancelled: By ``step``.
    """
    if not len(squares):
        raise ValueError("squares must be at least one")
    network = KerasNetwork(bundle)
    found = _table(keys, attributes)
    asks = _targets(network, squares)
    parts = parts_of(network.model)
    states = [*(parts[: n + 1] for n in range(len(parts))), *([part] for part in parts)]
    kept = network.model.get_weights()
    tell = _Telling(step, (1 + len(states)) * len(found) * len(squares))
    original = _maps(network, found, squares, asks, tell)
    random = []
    for state in states:
        network.model.set_weights(kept)
        for part in state:
            randomise(part, seed)
        network.explainers.clear()
        random.append(_maps(network, found, squares, asks, tell))
    depths = _words(len(parts))
    checked = {key: _checked(original[key], [maps[key] for maps in random]) for key in found}
    # a method that has no map of any slice was not checked, and so didn't pass
    shown = {key: one for key, one in checked.items() if one.slices}
    return Sanity(depths, shown, len(squares), seed)


def parts_of(model: Any) -> list[list[Any]]:
    """The model's layers that have weights: the head, then the backbone's in parts, the last ones first."""
    *backbone, head = [layer for layer in model.layers if layer.weights]
    cut = [list(part) for part in np.array_split(np.array(backbone[::-1], dtype=object), PARTS)]
    return [[head], *(part for part in cut if part)]


def randomise(layers: Sequence[Any], seed: int) -> None:
    """Shuffle the weights of layers.

    Each layer keeps its weights' own distribution, so that the network stays alive: with weights drawn
    from an initialiser, norms that were learned for others silence it, and every map would be flat.
    What belongs to one channel of a norm stays together.

    Args:
        layers: Of a model that may be changed.
        seed: Together with each layer's name it fixes its order.
    """
    for layer in layers:
        rng = np.random.default_rng([seed, *layer.name.encode()])
        values = layer.get_weights()
        channels = rng.permutation(len(values[-1]))
        layer.set_weights([_shuffled(value, rng, channels) for value in values])


def _shuffled(value: Floats, rng: np.random.Generator, channels: Any) -> Floats:
    if value.ndim == 1 and len(value) == len(channels):
        return np.asarray(value[channels])
    return np.asarray(rng.permutation(value.ravel()).reshape(value.shape))


def _table(keys: Sequence[str], attributes: Attributes) -> dict[str, asking.Attribute]:
    """What draws each method's map; the closed form reads the head that is random, not the bundle's."""
    own: dict[str, asking.Attribute] = {DEFAULT: _closed_form, **attributes}
    return {key: own.get(key) or asking.attribute(key) for key in keys}


def _targets(network: KerasNetwork, squares: Sequence[Square]) -> list[Target]:
    labels = network.bundle.card.labels
    return [Target(labels[int(one.argmax())]) for one in network.logits(np.stack(squares))]


class _Telling:
    """Progress over many maps."""

    def __init__(self, step: Step, total: int) -> None:
        self._step, self._total, self._done = step, total, 0

    def __call__(self, share: float) -> None:
        self._step((self._done + share) / self._total)

    def one(self) -> None:
        self._done += 1
        self(0.0)


def _maps(
    network: KerasNetwork,
    found: Mapping[str, asking.Attribute],
    squares: Sequence[Square],
    targets: Sequence[Target],
    tell: _Telling,
) -> Maps:
    maps: Maps = {key: [] for key in found}
    for key, attribute in found.items():
        for square, target in zip(squares, targets, strict=True):
            maps[key].append(np.asarray(attribute(network, square, Ask(key, target), tell), np.float32))
            tell.one()
    return maps


def _checked(original: list[Floats], random: list[list[Floats]]) -> Checked:
    kept = [at for at, one in enumerate(original) if not _even(one)]
    alike = [float(np.mean([similarity(original[at], maps[at]) for at in kept] or [0.0])) for maps in random]
    half = len(random) // 2
    flat = [float(_even(maps[at])) for maps in random[:half] for at in kept]
    values = tuple(round(one, 4) for one in alike)
    return Checked(values[:half], values[half:], len(kept), round(float(np.mean(flat or [0.0])), 4))


def similarity(one: Floats, other: Floats) -> float:
    """Rank correlation of two maps' absolute values, -1..1; 0 where one of them is even.

    Absolute values, as a map that only changes its sign still shows the same places.
    """
    return 0.0 if _even(one) or _even(other) else spearman(np.abs(one), np.abs(other)) or 0.0


def _even(values: Floats) -> bool:
    """Whether a map, of either sign, points nowhere."""
    size = np.abs(values)
    return bool(size.max() - size.min() <= FLAT * size.max())


def _words(count: int) -> tuple[str, ...]:
    every = ("the head", "the last quarter", "the third quarter", "the second quarter", "the first quarter")
    return every[:count]


def _closed_form(network: KerasNetwork, square: Square, ask: Ask, step: Step) -> Floats:
    kernel = network.model.layers[-1].get_weights()[0]
    step(1.0)
    weights = ask.target.weights(network.bundle.card.labels)
    return np.asarray(np.tensordot(weights, class_maps(network.features(square), kernel), axes=1), np.float32)
