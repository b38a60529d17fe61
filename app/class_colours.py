"""A colour for every class of any set, fit for every kind of colour vision; names stand beside them."""

from collections.abc import Sequence
from typing import Final

from core.inference.words import COLOURS, OTHER

# the rest of Okabe-Ito, then Tol's muted scheme where it differs
MORE: Final = ("#0072B2", "#CC79A7", "#F0E442", "#882255", "#999933", "#AA4499", "#44AA99", "#DDCC77")


def colours(labels: Sequence[str]) -> dict[str, str]:
    """Colours by class. The kidney's classes keep theirs, in any case; the others are dealt what is left.

    Args:
        labels: Every class of a set; in the same order they get the same colours.
    """
    known = {label.casefold(): shade for label, shade in COLOURS.items()}
    found = {label: known[label.casefold()] for label in labels if label.casefold() in known}
    left = iter([shade for shade in (*MORE, *COLOURS.values()) if shade not in found.values()])
    return {label: found.get(label) or next(left, OTHER) for label in labels}
