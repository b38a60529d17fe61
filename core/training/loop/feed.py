"""Squares on their way to a network that learns: changed and equalised beside the steps, by tf.data."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Squares = NDArray[np.uint8]
One = Callable[[int], Squares]
"""From a place in an epoch to the (S, S) uint8 that the network is shown there."""
_MOST_WORKERS = 8
_AHEAD = 2
"""Batches that wait."""


def batches(one: One, count: int, size: int, batch: int) -> Iterator[Any]:
    """(B, S, S, 1) uint8 tensors, in order; the last may be shorter.

    Args:
        one: Makes a square; called by several threads at once.
        count: How many squares there are.
        size: S.
        batch: B.

    Raises:
        Exception: Whatever `one` raised.
    """
    import tensorflow as tf

    raised: list[BaseException] = []

    def some(first: Any) -> Squares:
        try:
            return np.stack([one(at) for at in range(int(first), min(int(first) + batch, count))])[..., None]
        except BaseException as error:
            raised.append(error)
            raise

    def shaped(first: Any) -> Any:
        made = tf.numpy_function(some, [first], tf.uint8)
        return tf.ensure_shape(made, (None, size, size, 1))

    workers = min(_MOST_WORKERS, os.cpu_count() or 1)
    firsts = tf.data.Dataset.range(0, count, batch)
    made = firsts.map(shaped, num_parallel_calls=workers, deterministic=True).prefetch(_AHEAD)
    options = tf.data.Options()
    options.threading.private_threadpool_size = workers
    try:
        yield from made.with_options(options)
    except tf.errors.OpError:
        if raised:
            # TensorFlow keeps no more of it than its words
            raise raised[0] from None
        raise
