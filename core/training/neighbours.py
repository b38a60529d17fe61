"""The slices that a training fits its reference to, as its bundle names them."""

from collections.abc import Iterable, Sequence

from core.data.manifest import Row
from core.models.neighbours import PLAIN, Neighbour


def of(rows: Sequence[Row], variants: Iterable[str] = (PLAIN,)) -> list[Neighbour]:
    """All rows once a variant, one variant after the other, as their features are.

    Args:
        rows: The slices.
        variants: The copies that features are of, in their order.
    """
    return [
        Neighbour(row.sha256, row.label, row.series, row.group, variant)
        for variant in variants
        for row in rows
    ]
