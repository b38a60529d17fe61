"""What would change the answer: the smallest patch that, blurred away, gives another class."""

from dataclasses import dataclass

from core.domain import Placement
from core.explain.network import Network
from core.explain.values import Square, Step


@dataclass(frozen=True, slots=True)
class Flip:
    """The smallest occlusion found that changes the most probable class.

    Attributes:
        left: x of the patch's left edge in the slice's own pixels.
        top: y of its top edge.
        side: Its side length in the slice's own pixels.
        share: Its part of the square that the model saw, 0..1.
        before: The most probable class without it, and its probability.
        after: The most probable class with it, and its probability.
        tried: How many patches were tried.
    """

    left: int
    top: int
    side: int
    share: float
    before: tuple[str, float]
    after: tuple[str, float]
    tried: int


def flip(network: Network, square: Square, placement: Placement, step: Step) -> Flip | None:
    """Find it.

    Args:
        network: The model.
        square: (S, S) uint8, prepared as the bundle says.
        placement: Where the square lies on the slice.
        step: Told the share that is done.

    Returns:
        The patch; None where none of the sizes tried changes the answer.
    """
    raise NotImplementedError
