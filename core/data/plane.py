"""The plane a slice was cut in, from which edges of the picture the body touches.

An axial slice shows the body whole, with air around and perhaps the table at the bottom; a
coronal one cuts it off at the top and the bottom; a sagittal one fills the picture's sides.
"""

import numpy as np
from numpy.typing import NDArray

LIT = 30
EDGE = 3
CORONAL_TOP = 0.02
CORONAL_BOTTOM = 0.32
SAGITTAL_SIDES = 0.4


def evidence(thumbnail: NDArray[np.uint8]) -> NDArray[np.float64]:
    """How much of the top, the bottom and the fuller side of a thumbnail is lit: (3,), 0..1."""
    lit = thumbnail > LIT
    sides = max(lit[:, :EDGE].mean(), lit[:, -EDGE:].mean())
    return np.array([lit[:EDGE].mean(), lit[-EDGE:].mean(), sides])


def name(shown: NDArray[np.float64]) -> str:
    """``axial``, ``coronal`` or ``sagittal`` for what a slice, or the median of a run, shows."""
    top, bottom, sides = shown
    if sides > SAGITTAL_SIDES:
        return "sagittal"
    return "coronal" if top > CORONAL_TOP or bottom > CORONAL_BOTTOM else "axial"
