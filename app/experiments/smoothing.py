"""Exponential smoothing of a curve, without the pull of its first value, and with its gaps left open."""

from itertools import accumulate

import numpy as np
from numpy.typing import NDArray


def smoothed(values: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """The moving average that TensorBoard draws: exponential, and divided by the weight it has seen so far.

    ``s[t] = w s[t-1] + (1 - w) x[t]``, drawn is ``s[t] / (1 - w^t)``; the correction is that of Kingma and
    Ba, "Adam", 2015, section 3. What is no number stays where it is and counts for nothing.

    Args:
        values: (N,) in the order they are drawn; NaN where there is none.
        weight: Of what was before, 0 (nothing is smoothed) to below 1.

    Returns:
        (N,), NaN where `values` is.

    Raises:
        ValueError: The weight is not in 0..1.
    """
    if not 0.0 <= weight < 1.0:
        raise ValueError(f"weight must be at least 0 and less than 1, not {weight}")
    made = values.copy()
    known = np.isfinite(values)
    if weight == 0.0 or not known.any():
        return made
    steps = accumulate(
        values[known].tolist(), lambda sum_, one: weight * sum_ + (1 - weight) * one, initial=0.0
    )
    sums = np.fromiter(steps, np.float64)[1:]
    made[known] = sums / (1.0 - weight ** np.arange(1, len(sums) + 1))
    return made
