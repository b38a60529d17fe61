"""Which slices of a data set a bundle's maps are measured on: such as it knows least."""

from collections.abc import Sequence
from pathlib import Path

from core.config.settings import Limits
from core.data import manifest, pictures
from core.data.manifest import Row
from core.errors import DataError
from core.explain.localisation.outside import Labelled
from core.inference import held_out
from core.models.bundle import REFERENCE, Bundle
from core.models.reference import was_seen


def slices(data: Path, bundle: Bundle, most: int, limits: Limits) -> tuple[list[Labelled], str]:
    """Slices of each of the model's classes, of as many patient blocks as there are.

    Args:
        data: The data set's folder.
        bundle: The model.
        most: Of each class.
        limits: Caps on what is decoded.

    Returns:
        The slices, and how well the model knows them, a key of
        `core.explain.localisation.keeping.STANDINGS`.

    Raises:
        DataError: The set is missing, damaged, not split, or shares no class with the model.
        InputError: A slice can't be decoded.
    """
    rows, standing = chosen(manifest.read(data), bundle, most)
    found = [Labelled(pictures.scan(data / row.path, limits), row.label, row.group) for row in rows]
    return found, standing


def chosen(everything: Sequence[Row], bundle: Bundle, most: int) -> tuple[list[Row], str]:
    """Which rows of a manifest, see `slices`."""
    labels = bundle.card.labels
    known = [row for row in everything if row.label in labels]
    if not known:
        raise DataError(
            f"The data set has none of the model's classes ({', '.join(labels)}). Use another one.",
            "no-common-class",
        )
    unseen = set(held_out.apart(everything, [bundle]))
    apart = [row for row in known if row in unseen]
    if apart:
        return _spread(apart, most), "unseen"
    seen = was_seen(bundle.path / REFERENCE, [row.sha256 for row in known])
    new = [row for row, one in zip(known, seen, strict=True) if not one]
    # a class of which everything was learnt would be missing
    if {row.label for row in new} == {row.label for row in known}:
        return _spread(new, most), "new"
    return _spread(known, most), "learnt"


def _spread(rows: Sequence[Row], most: int) -> list[Row]:
    """So many of each class, one of each block before the second of any, each block's from its middle."""
    found = []
    for label in dict.fromkeys(row.label for row in rows):
        blocks: dict[str, list[Row]] = {}
        for row in rows:
            if row.label == label:
                blocks.setdefault(row.group, []).append(row)
        rounds = [(_place(number, len(block)), block[number]) for block in blocks.values()
                  for number in range(len(block))]  # fmt: skip
        found += [
            row for _, row in sorted(rounds, key=lambda one: (one[0], one[1].group, one[1].path))[:most]
        ]
    return found


def _place(number: int, count: int) -> int:
    """When a block's slice has its turn: the middle one first, then those halfway, and so on."""
    middle, before, turn = count // 2, 0, 0
    end = count
    while number != middle:
        turn += 1
        if number < middle:
            end = middle
        else:
            before = middle + 1
        middle = (before + end) // 2
    return turn
