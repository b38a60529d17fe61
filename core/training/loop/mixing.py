"""Soft targets: label smoothing (Szegedy et al. 2016, arXiv:1512.00567) and mixup (Zhang et al. 2018)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def targets(labels: NDArray[np.intp], classes: int, smoothing: float) -> Floats:
    """(N, K) what the model should answer.

    Args:
        labels: (N,) class numbers.
        classes: K.
        smoothing: Share of each label that all classes get alike, 0..1.
    """
    return np.asarray(np.eye(classes)[labels] * (1 - smoothing) + smoothing / classes, np.float32)


def shares(count: int, alpha: float, rng: np.random.Generator) -> Floats:
    """(count,) how much of each slice stays its own, 0.5..1; the rest is its partner's.

    Drawn from Beta(alpha, alpha) (arXiv:1710.09412), the larger part taken as the slice's own: the
    same pairs come out, and a slice's class is still what most of it shows. Ones where alpha is 0.
    """
    if not alpha:
        return np.ones(count, np.float32)
    drawn = rng.beta(alpha, alpha, count)
    return np.asarray(np.maximum(drawn, 1 - drawn), np.float32)


def blend(values: Any, own: Any) -> Any:
    """Each of a batch with the one before it; the order is random, so the partner is too.

    Args:
        values: (B, ...) float tensor of inputs, features or targets.
        own: (B,) from `shares`.
    """
    import tensorflow as tf

    kept = tf.reshape(own, tf.concat([tf.shape(own), tf.ones(tf.rank(values) - 1, tf.int32)], 0))
    return kept * values + (1 - kept) * tf.roll(values, 1, 0)
