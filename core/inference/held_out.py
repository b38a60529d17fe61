"""Which slices of a data set a model may honestly be asked about, and which of these are asked."""

from collections.abc import Sequence

from core.data.manifest import Row
from core.models.bundle import REFERENCE, Bundle
from core.models.reference import was_seen

EVERY = 3
"""Every nth slice of a series is asked about; its neighbours are nearly the same picture."""


def apart(rows: Sequence[Row], bundles: Sequence[Bundle]) -> list[Row]:
    """Slices of patient blocks of which no model has learnt a slice, told by the files' digests.

    Args:
        rows: The whole manifest, of all classes: a block is known by any of its slices.
        bundles: The models.

    Raises:
        BundleError: A model doesn't say what it has learnt from.
    """
    digests = [row.sha256 for row in rows]
    familiar: set[str] = set()
    for bundle in bundles:
        seen = was_seen(bundle.path / REFERENCE, digests)
        familiar |= {row.group for row, one in zip(rows, seen, strict=True) if one}
    return [row for row in rows if row.group not in familiar]


def thinned(rows: Sequence[Row]) -> list[Row]:
    """Every nth slice of each series, in the order of the rows."""
    counted: dict[str, int] = {}
    chosen = []
    for row in rows:
        counted[row.series] = counted.get(row.series, -1) + 1
        chosen += [row] if counted[row.series] % EVERY == 0 else []
    return chosen
