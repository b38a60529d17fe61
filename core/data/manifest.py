"""manifest.csv: one row a slice, the only thing about a data set that everything downstream reads."""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from core.data import catalog
from core.errors import DataError
from core.storage import write_text

FILE = "manifest.csv"


@dataclass(frozen=True, slots=True)
class Row:
    """A slice of a data set.

    Attributes:
        path: Below the data set's folder, with forward slashes.
        label: Its class.
        sha256: Of the file, hex.
        width: Pixels.
        height: Pixels.
        series: The acquisition it is believed to be from.
        group: The patient block, which a split keeps whole.
        plane: ``axial``, ``coronal`` or ``sagittal``, as estimated.
        source_split: Which of the sources, or of a source's own splits, it came in; never trusted.
        split: Its fold, ``"0"`` and up; or ``train``, ``val`` or ``test``.
    """

    path: str
    label: str
    sha256: str
    width: int
    height: int
    series: str = ""
    group: str = ""
    plane: str = ""
    source_split: str = ""
    split: str = ""


COLUMNS = tuple(field.name for field in fields(Row))


def write(folder: Path, rows: Iterable[Row]) -> Path:
    """Write a data set's manifest, atomically.

    Args:
        folder: The data set's folder.
        rows: In the order to be kept.

    Returns:
        The file.
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    write_text(folder / FILE, text.getvalue())
    return folder / FILE


def read(folder: Path) -> list[Row]:
    """Read a data set's manifest.

    Args:
        folder: The data set's folder.

    Raises:
        DataError: It is missing or damaged.
    """
    try:
        with (folder / FILE).open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise ValueError("columns")
            return [_row(found) for found in reader]
    except FileNotFoundError:
        if (folder / catalog.FILE).is_file():
            raise DataError(
                f"{folder.name} is not split yet. Run `python -m core split {folder.name}`.", "not-split"
            ) from None
        raise catalog.missing(folder) from None
    except (OSError, ValueError, TypeError, KeyError, csv.Error):
        raise DataError(
            f"The manifest of {folder.name} is damaged. Run `python -m core split {folder.name}` to write it "
            "again.",
            "data-damaged",
        ) from None


def _row(found: dict[str, str]) -> Row:
    if None in found.values():
        raise ValueError("cells")
    text = {name: value for name, value in found.items() if name not in ("width", "height")}
    return Row(width=int(found["width"]), height=int(found["height"]), **text)


def digest(rows: Sequence[Row]) -> str:
    """SHA-256 (hex) of all that a manifest says; equal for equal data, groups and splits."""
    found = hashlib.sha256()
    for row in rows:
        found.update("\t".join(map(str, asdict(row).values())).encode() + b"\n")
    return found.hexdigest()


def classes(rows: Sequence[Row]) -> tuple[str, ...]:
    """The labels there are, sorted."""
    return tuple(sorted({row.label for row in rows}))
