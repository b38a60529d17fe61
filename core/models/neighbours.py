"""Which training slices the neighbours in a bundle's reference.npz are: neighbours.csv.gz.

The file isn't sealed with the others, so bundles from before there was one stay whole. Its first line
names the reference.npz that it belongs to, by SHA-256; beside another one it is refused.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Final

from core.errors import BundleError
from core.models.bundle import REFERENCE, Bundle, file_digest
from core.models.reference import taken
from core.storage import writing

FILE: Final = "neighbours.csv.gz"
PLAIN: Final = "plain"
"""The variant of a slice as it is."""
_MOST_BYTES = 8 << 20
"""Of the unpacked table; one of a thousand rows has some 100 KB."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A training slice that a reference keeps.

    Attributes:
        slice: SHA-256 (hex) of its file.
        label: Its class.
        series: The acquisition it is believed to be from; "" where that isn't known.
        group: Its patient block.
        variant: ``"plain"``, or the changed copy of it that the features are of.
    """

    slice: str
    label: str
    series: str
    group: str
    variant: str = PLAIN


_COLUMNS: Final = tuple(field.name for field in fields(Neighbour))


def save(folder: Path, learnt: Sequence[Neighbour]) -> Path:
    """Write which slices a bundle's reference keeps.

    Args:
        folder: The bundle's, with its reference.npz in place.
        learnt: All slices whose features the reference was fitted to, in that order, at least one.

    Returns:
        The file; the same slices beside the same reference are the same bytes.

    Raises:
        StorageError: The disk is full or can't be written to.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([REFERENCE, file_digest(folder / REFERENCE)])
    writer.writerow(_COLUMNS)
    writer.writerows(astuple(learnt[at]) for at in taken(len(learnt)).tolist())
    path = folder / FILE
    part = path.with_name(f".{FILE}.part")
    with writing(folder):
        part.write_bytes(gzip.compress(out.getvalue().encode(), mtime=0))
        part.replace(path)
    return path


def read(bundle: Bundle, count: int) -> tuple[Neighbour, ...] | None:
    """The neighbours' slices, in the order of reference.npz.

    Args:
        bundle: The model.
        count: How many neighbours its reference has.

    Returns:
        None where the bundle is from before this file was written.

    Raises:
        BundleError: The file is damaged, or belongs to another bundle.
    """
    try:
        with gzip.open(bundle.path / FILE) as stream:
            text = stream.read(_MOST_BYTES + 1)
        if len(text) > _MOST_BYTES:
            raise ValueError("size")
        first, columns, *rows = csv.reader(io.StringIO(text.decode(), newline=""), strict=True)
        if len(first) != 2 or first[0] != REFERENCE or tuple(columns) != _COLUMNS:
            raise ValueError("columns")
        found = tuple(_row(row) for row in rows)
    except FileNotFoundError:
        return None
    except (OSError, EOFError, ValueError, zlib.error, csv.Error):
        raise _useless(bundle, "can't be read") from None
    if first[1] != bundle.card.files.get(REFERENCE):
        raise _useless(bundle, "belongs to another bundle")
    if len(found) != count:
        raise _useless(bundle, f"names {len(found)} slices, but {REFERENCE} has {count} neighbours")
    return found


def _row(cells: Sequence[str]) -> Neighbour:
    if len(cells) != len(_COLUMNS) or len(bytes.fromhex(cells[0])) != 32 or not cells[1]:
        raise ValueError("row")
    return Neighbour(*cells)


def _useless(bundle: Bundle, what: str) -> BundleError:
    return BundleError(
        f'{FILE} in the model bundle "{bundle.path.name}" {what}. Restore it, or train again; the model '
        "itself answers as before.",
        "neighbours-damaged",
    )
