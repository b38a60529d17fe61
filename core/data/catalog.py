"""slices.csv: what ingest found out about every picture of a data set, once, before any split."""

import csv
import io
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError
from core.storage import write_text

FILE = "slices.csv"
LOOKS = "looks.npz"
LEFT_OUT = "left_out.csv"


@dataclass(frozen=True, slots=True)
class Slice:
    """A picture as it was ingested.

    Attributes:
        path: Below the data set's folder, with forward slashes: ``images/SOURCE/...``.
        folder: The name of the folder it lay in, which the class rule turns into its class.
        sha256: Of the file, hex.
        width: Pixels.
        height: Pixels.
        bits: Per sample in the file.
        format: ``"JPEG"``, ``"PNG"``, ``"TIFF"`` or ``"DICOM"``.
        mean: Of the grey values that a model sees, 0..255.
        spread: Their standard deviation.
        flaw: Why it may be no usable CT slice, a sentence; empty where nothing speaks against it.
        source: Which of the set's sources it came from.
        own_split: The source's own ``train``, ``valid``, ``test``, ...; empty without one.
        series: The acquisition it is believed to be from.
        group: The patient block it is believed to be of.
        plane: ``axial``, ``coronal`` or ``sagittal``, as estimated.
    """

    path: str
    folder: str
    sha256: str
    width: int
    height: int
    bits: int
    format: str
    mean: float
    spread: float
    flaw: str
    source: str
    own_split: str
    series: str
    group: str
    plane: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is no part of the set.

    Attributes:
        path: Below ``images/``.
        sentence: Why.
    """

    path: str
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What slices look like, row for row with the catalogue.

    Attributes:
        thumbnails: (N, 64, 64) uint8.
        hashes: (N,) uint64 perceptual hashes.
        twins: (P, 2) rows that are the same picture but for compression, the smaller first
            (`core.data.likeness.twins`).
    """

    thumbnails: NDArray[np.uint8]
    hashes: NDArray[np.uint64]
    twins: NDArray[np.int32]


_NUMBERS = {"width": int, "height": int, "bits": int, "mean": float, "spread": float}


def write(folder: Path, slices: Sequence[Slice], looks: Looks, left_out: Sequence[LeftOut]) -> None:
    """Write a data set's catalogue. slices.csv comes last: with it, the catalogue is whole.

    Args:
        folder: The data set's folder.
        slices: In the order to be kept.
        looks: Row for row.
        left_out: Files that are no part of it.
    """
    part = folder / f"{LOOKS}.part"
    with part.open("wb") as stream:
        np.savez(stream, thumbnails=looks.thumbnails, hashes=looks.hashes, twins=looks.twins)
    part.replace(folder / LOOKS)
    _write(folder / LEFT_OUT, [field.name for field in fields(LeftOut)], map(asdict, left_out))
    _write(folder / FILE, [field.name for field in fields(Slice)], map(asdict, slices))


def read(folder: Path) -> list[Slice]:
    """Read a data set's catalogue.

    Raises:
        DataError: The set is missing, or its catalogue is damaged.
    """
    try:
        return [
            Slice(**{name: _NUMBERS.get(name, str)(text) for name, text in row.items()})
            for row in _rows(folder, FILE, [field.name for field in fields(Slice)])
        ]
    except ValueError:
        raise _damaged(folder) from None


def read_left_out(folder: Path) -> list[LeftOut]:
    """Read which files are no part of a set.

    Raises:
        DataError: The set is missing, or its catalogue is damaged.
    """
    return [LeftOut(**row) for row in _rows(folder, LEFT_OUT, [field.name for field in fields(LeftOut)])]


def read_looks(folder: Path) -> Looks:
    """Read what a set's slices look like.

    Raises:
        DataError: The set is missing, or its catalogue is damaged.
    """
    try:
        # opened here: numpy forgets a file that turns out to be no zip
        with (folder / LOOKS).open("rb") as stream:
            found = np.load(stream)
            looks = Looks(found["thumbnails"], found["hashes"], found["twins"])
    except FileNotFoundError:
        raise (_damaged if (folder / FILE).is_file() else missing)(folder) from None
    except (OSError, ValueError, LookupError, EOFError, BadZipFile, zlib.error, NotImplementedError):
        raise _damaged(folder) from None
    if not _fits(looks, len(read(folder))):
        raise _damaged(folder)
    return looks


def missing(folder: Path) -> DataError:
    """There is no such data set."""
    return DataError(
        f"There is no data set {folder.name}. Ingest it first: "
        f"`python -m core ingest SOURCE --name {folder.name}`.",
        "data-missing",
    )


def _fits(looks: Looks, count: int) -> bool:
    """Whether looks can be those of so many slices."""
    return (
        looks.thumbnails.ndim == 3
        and len(looks.thumbnails) == count
        and looks.hashes.shape == (count,)
        and looks.twins.ndim == 2
        and looks.twins.shape[1] == 2
        and bool(((looks.twins >= 0) & (looks.twins < count)).all())
    )


def _damaged(folder: Path) -> DataError:
    return DataError(
        f"The catalogue of {folder.name} is damaged. Delete {folder} and ingest it again.", "data-damaged"
    )


def _write(target: Path, columns: Sequence[str], rows: Iterable[dict[str, object]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(target, text.getvalue())


def _rows(folder: Path, name: str, columns: Sequence[str]) -> list[dict[str, str]]:
    try:
        with (folder / name).open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            if list(reader.fieldnames or ()) != list(columns):
                raise ValueError("columns")
            rows = list(reader)
        if any(None in row or None in row.values() for row in rows):
            raise ValueError("cells")
        return rows
    except FileNotFoundError:
        raise (missing if name == FILE else _damaged)(folder) from None
    except (OSError, ValueError, csv.Error):
        raise _damaged(folder) from None
