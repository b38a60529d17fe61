"""Maps and a square that are worked by hand: what matters is the upper left corner."""

import numpy as np

from core.domain import ModelRef, Placement
from core.explain.values import Ask, Explanation, Square, Target

SIZE = 40
STONE = Target("Stone")


def square() -> Square:
    """A bright corner of 8 x 8 on fine stripes: blurred, the corner is gone."""
    made = np.full((SIZE, SIZE), 20, np.uint8)
    made[::2] = 40
    made[:8, :8] = 240
    return made


def corner(picture: np.ndarray) -> float:
    """What the model of these tests answers: the corner's mean, as a logit from -5 to 5."""
    return float(picture[:8, :8].mean() / 25.5 - 5.0)


def explanation(raw: np.ndarray, method: str = "closed-form", target: Target = STONE) -> Explanation:
    """Any map as an explanation of the square."""
    return Explanation(
        Ask(method, target), np.asarray(raw, np.float32), "logit", "features",
        Placement(0, 0, SIZE, SIZE, SIZE), ModelRef("m", "1", "d"), 1, 1.0,
    )  # fmt: skip


def right() -> Explanation:
    """The map that knows: the corner alone is hot."""
    raw = np.zeros((5, 5))
    raw[0, 0] = 1.0
    return explanation(raw)


def wrong() -> Explanation:
    """The map that points at the opposite corner."""
    raw = np.zeros((5, 5))
    raw[4, 4] = 1.0
    return explanation(raw)
