"""What each piece of a slice adds to the score: KernelSHAP over SLIC superpixels.

Lundberg and Lee 2017, arXiv:1705.07874; Achanta et al. 2012, doi:10.1109/TPAMI.2012.120.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.explain.blurred import blurred
from core.explain.network import Network
from core.explain.values import Ask, Floats, Square, Step

PIECES: Final = 48
"""Superpixels asked for, in what blurring changes; SLIC gives about as many."""
COMPACTNESS: Final = 0.3
"""Of SLIC, for grey 0..1: grey levels against distance."""
SAMPLES: Final = 512
"""Most coalitions that the model is asked about."""
CHANGE: Final = 1.0
"""A pixel that blurring changes by less, in grey levels, belongs to no piece: plain black, and padding."""

Pieces = NDArray[np.int64]


def attribute(network: Network, square: Square, ask: Ask, step: Step) -> Floats:
    """What each piece adds to the target's score, see `core.explain.asking.Attribute`.

    A piece that is absent is replaced by the blurred square. Shapley values are those of the weighted
    least squares fit without regularisation; at most 514 passes, the same coalitions for the same seed.

    Returns:
        (S, S) float32: a piece's value in logits, spread evenly over its pixels, so that the map adds up to
        the score of the square less that of the square with every piece blurred. All 0 for a constant square.
    """
    weights, soft = ask.target.weights(network.bundle.card.labels), blurred(square)
    pieces = segments(square, soft)
    count = int(pieces.max()) + 1
    if count == 0:
        step(1.0)
        return np.zeros(square.shape, np.float32)
    change = soft - square

    def score(present: NDArray[np.bool_]) -> float:
        absent = np.append(~present, False)  # the last is what -1, no piece, stands for
        mixed = np.where(absent[pieces], change, np.float32(0)) + square
        return float(weights @ network.logits(mixed[None])[0])

    values = shapley(score, count, ask.seed, step)
    sizes = np.bincount(pieces[pieces >= 0], minlength=count)
    return np.asarray(np.append(values / sizes, 0.0)[pieces], np.float32)


def segments(square: Square, soft: Floats) -> Pieces:
    """The pieces that blurring changes, numbered from 0 without a gap; -1 elsewhere.

    Args:
        square: (S, S) grey 0..255.
        soft: (S, S) the same blurred.

    Returns:
        (S, S); all -1 where nothing changes.
    """
    from skimage.segmentation import slic

    changed = np.abs(soft - square) >= CHANGE
    if not changed.any():
        return np.full(square.shape, -1, np.int64)
    found = slic(square / 255.0, PIECES, COMPACTNESS, channel_axis=None, mask=changed)
    _, numbers = np.unique(found[changed], return_inverse=True)
    pieces = np.full(square.shape, -1, np.int64)
    pieces[changed] = numbers
    return pieces


def shapley(score: Callable[[NDArray[np.bool_]], float], count: int, seed: int, step: Step) -> Floats:
    """What each player adds, by KernelSHAP.

    Args:
        score: Of the players that are present, (count,).
        count: How many there are, at least 1.
        seed: Of the coalitions that are drawn.
        step: Told the share that is done.

    Returns:
        (count,) float64; their sum is the score of all less the score of none.
    """
    from shap import KernelExplainer

    expected = 2 + min(SAMPLES, 2 ** min(count, 30) - 2)
    done = 0

    def scores(masks: NDArray[Any]) -> NDArray[np.float64]:
        nonlocal done
        found = np.zeros(len(masks))
        for at, mask in enumerate(np.asarray(masks) > 0.5):
            found[at], done = score(mask), done + 1
            step(min(1.0, done / expected))
        return found

    with _drawn(seed):
        explainer = KernelExplainer(scores, np.zeros((1, count)))
        values = explainer.shap_values(np.ones(count), nsamples=SAMPLES, l1_reg=False, silent=True)
    step(1.0)
    return np.asarray(values).reshape(count)


@contextmanager
def _drawn(seed: int) -> Iterator[None]:
    """Shap draws from NumPy's own generator: seeded here, and left as it was found."""
    before = np.random.get_state()
    np.random.seed(seed % 2**32)
    try:
        yield
    finally:
        np.random.set_state(before)
