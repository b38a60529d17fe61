"""Slices of several runs by number in place of their digests: what many thousands are joined by."""

from itertools import count

import numpy as np
from numpy.typing import NDArray

from core.evaluation.answers import Answers


def numbered(*several: Answers) -> list[NDArray[np.intp]]:
    """A number for each slice, the same wherever the slice is the same.

    Args:
        several: Answers of any runs.

    Returns:
        Of each (N,); 0 and up, in the order in which slices first come.
    """
    numbers: dict[str, int] = {}
    fresh = count()
    found = []
    for one in several:
        for name in one.slices.tolist():
            if name not in numbers:
                numbers[name] = next(fresh)
        found.append(np.array([numbers[name] for name in one.slices.tolist()], np.intp))
    return found
