"""What the randomisation check runs on where nothing else is asked for."""

from typing import Final

from core.domain import Window
from core.explain.methods import DEFAULT
from core.explain.values import Square
from core.imaging.preprocess import prepare
from core.imaging.window import apply
from core.models.bundle import Bundle

SQUARES: Final = 6
QUICK: Final = (DEFAULT, "grad-cam", "grad-cam++", "layer-cam", "saliency", "smooth-grad")
"""Methods that take no more than minutes together; slower ones are checked where they are asked for."""


def slices(bundle: Bundle, count: int = SQUARES) -> list[Square]:
    """Synthetic slices of all classes in turn, prepared as the bundle says: the same ones everywhere."""
    from core.data.synthetic import LABELS, draw

    spec = bundle.card.preprocess
    window = Window(spec.window_center, spec.window_width)
    drawn = (draw(LABELS[at % len(LABELS)], 300 + at).hu for at in range(count))
    return [prepare(apply(hu, window), spec)[0] for hu in drawn]
