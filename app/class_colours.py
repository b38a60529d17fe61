"""A colour for every class of any set, fit for every kind of colour vision; names stand beside them."""

from collections.abc import Sequence
from typing import Final

from core.inference.words import COLOURS, OTHER

# Okabe-Ito, those that the kidney leaves first and the yellow, pale on white, late; then Tol's muted scheme
MORE: Final = (
    "#0072B2", "#CC79A7", "#E69F00", "#56B4E9", "#D55E00", "#882255",
    "#009E73", "#999933", "#F0E442", "#AA4499", "#44AA99", "#DDCC77",
)  # fmt: skip


def colours(labels: Sequence[str]) -> dict[str, str]:
    """Colours by class. The kidney's classes keep theirs, in any case; the others are dealt what is left.

    Args:
        labels: Every class of a set; in the same order they get the same colours.
    """
    known = {label.casefold(): shade for label, shade in COLOURS.items()}
    found = {label: shade for label in labels if (shade := known.pop(label.casefold(), None))}
    left = iter([shade for shade in MORE if shade not in found.values()])
    return {label: found.get(label) or next(left, OTHER) for label in labels}
