"""What one map is worth on one slice: does its peak hit the lesion, and how much of its heat is where."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from core.domain import Placement
from core.explain.values import Floats

Bools = NDArray[np.bool_]

TOLERANCE: Final = 0.03
"""How far from the lesion a peak may be and still hit it, in shares of the slice's longer side: the 15
pixels of Zhang et al. 2018 (arXiv:1608.00507) on pictures of 500."""


def near(mask: Bools, tolerance: float = TOLERANCE) -> Bools:
    """Where a peak counts as a hit: the lesion and what is close to it.

    Args:
        mask: (H, W), True on the lesion.
        tolerance: Share of the longer side.
    """
    distance = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(distance <= tolerance * max(mask.shape))


def pointing(heat: Floats, hits: Bools) -> float:
    """The pointing game: whether the hottest pixel hits the lesion.

    Args:
        heat: (H, W), at least 0, in the slice's own pixels.
        hits: (H, W), from `near`.

    Returns:
        1 or 0; of several equally hot pixels the share that hits, so that a map without a peak gets what
        guessing gets. 0 where there is no heat.
    """
    peak = float(heat.max())
    return float(hits[heat == peak].mean()) if peak > 0 else 0.0


def energy(heat: Floats, mask: Bools) -> float:
    """The energy-based pointing game (Wang et al. 2020, arXiv:1910.01279): the share of heat on the lesion.

    Args:
        heat: (H, W), at least 0, in the slice's own pixels.
        mask: (H, W), True on the lesion.

    Returns:
        0..1; 0 where there is no heat.
    """
    total = float(heat.sum(dtype=np.float64))
    return float(heat.sum(dtype=np.float64, where=mask)) / total if total > 0 else 0.0


def framed(body: Bools, placement: Placement, size: int) -> Bools:
    """A slice's body as it lies on the square that the model saw.

    Args:
        body: (H, W), True on the body.
        placement: Where the square lies on the slice.
        size: The square's side, pixels.

    Returns:
        (size, size); padding past the slice's edges is no body.
    """
    # the slice's pixel that each of the square's falls on: the square itself may be huge
    places = (np.arange(size) + 0.5) * placement.side / size
    rows = np.floor(places + placement.top).astype(int)
    columns = np.floor(places + placement.left).astype(int)
    inside_y, inside_x = (rows >= 0) & (rows < len(body)), (columns >= 0) & (columns < body.shape[1])
    taken = body[np.clip(rows, 0, len(body) - 1)][:, np.clip(columns, 0, body.shape[1] - 1)]
    return np.asarray(taken & inside_y[:, None] & inside_x[None, :])


def outside(heat: Floats, body: Bools) -> float:
    """The share of heat that isn't on the body: on air, the table, text, or padding.

    Args:
        heat: (S, S), at least 0, on the square that the model saw.
        body: (S, S), from `framed`.

    Returns:
        0..1; 0 where there is no heat.
    """
    return energy(heat, ~body)
