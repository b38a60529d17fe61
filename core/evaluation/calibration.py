"""Making probabilities mean what they say, and measuring how far they do."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
COLDEST, HOTTEST = 0.05, 20.0


def softmax(logits: NDArray[np.floating], temperature: float = 1.0) -> Floats:
    """(N, K) logits to probabilities.

    Args:
        logits: (N, K).
        temperature: Divides the logits; over 1 makes answers less sure.
    """
    scaled = np.asarray(logits, np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def temperature(logits: NDArray[np.floating], truth: NDArray[np.integer]) -> float:
    """The temperature with the least log loss (Guo et al. 2017, arXiv:1706.04599).

    Args:
        logits: (N, K) of slices whose patients were not trained on.
        truth: (N,) class numbers.
    """
    from scipy.optimize import minimize_scalar

    def loss(exponent: float) -> float:
        chances = softmax(logits, float(np.exp(exponent)))
        return float(-np.log(np.maximum(chances[np.arange(len(truth)), truth], 1e-12)).mean())

    found = minimize_scalar(loss, bounds=(np.log(COLDEST), np.log(HOTTEST)), method="bounded")
    return float(np.exp(found.x))


def expected_error(probabilities: Floats, truth: NDArray[np.integer], bins: int = 15) -> float:
    """Expected calibration error: mean gap between top probability and share right, 0..1.

    Args:
        probabilities: (N, K).
        truth: (N,).
        bins: Of equal width.
    """
    table = reliability(probabilities, truth, bins)
    total = sum(one["count"] for one in table)
    return float(
        sum(one["count"] * abs(one["mean"] - one["accuracy"]) for one in table if one["count"]) / total
    )


def reliability(probabilities: Floats, truth: NDArray[np.integer], bins: int = 10) -> list[dict[str, Any]]:
    """For each range of the top probability: how sure the answers were and how many were right.

    Args:
        probabilities: (N, K).
        truth: (N,).
        bins: Of equal width.

    Returns:
        Per bin ``low``, ``high``, ``count``, and ``mean`` and ``accuracy`` (0 in an empty bin).
    """
    top, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    place = np.minimum((top * bins).astype(int), bins - 1)
    table = []
    for number in range(bins):
        mine = place == number
        count = int(mine.sum())
        table.append(
            {
                "low": number / bins,
                "high": (number + 1) / bins,
                "count": count,
                "mean": float(top[mine].mean()) if count else 0.0,
                "accuracy": float(right[mine].mean()) if count else 0.0,
            }
        )
    return table


def coverage(probabilities: Floats, truth: NDArray[np.integer], least: float) -> dict[str, float]:
    """What is left when answers under a probability are withheld.

    Args:
        probabilities: (N, K).
        truth: (N,).
        least: The top probability below which no answer is given.

    Returns:
        ``answered``, the share that gets an answer, and ``accuracy`` among these.
    """
    given = probabilities.max(axis=1) >= least
    right = (probabilities.argmax(axis=1) == truth)[given]
    return {"answered": float(given.mean()), "accuracy": float(right.mean()) if given.any() else 0.0}


def threshold_for(probabilities: Floats, answered: float) -> float:
    """The top probability that a share of the slices reaches, to two places downwards.

    Args:
        probabilities: (N, K) of held-out slices.
        answered: The share, 0..1.
    """
    least = float(np.quantile(probabilities.max(axis=1), 1.0 - answered))
    return float(np.floor(100 * least) / 100)
