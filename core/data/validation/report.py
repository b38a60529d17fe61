"""report.json: what validation found out about a data set, as a typed record."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import DataError
from core.storage import write_text

FILE = "report.json"
MOST_SETS = 200
"""How many sets of near duplicates a report lists."""
Level = Literal["problem", "warning", "note"]
What = Literal["brightness", "contrast", "width", "height", "aspect", "bits"]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Finding(_Record):
    """Something a person should know before they train.

    ``problem``: the set can't be used so; ``warning``: figures made with it may mislead; ``note``: good to
    know.
    """

    level: Level
    code: str = Field(description="short, stable, machine-readable")
    sentence: str = Field(description="what, which, and what to do")
    paths: tuple[str, ...] = Field((), description="examples, not all")


class LeftOutFile(_Record):
    """A file that is no part of the set, below ``images/``, and why."""

    path: str
    sentence: str


class Flawed(_Record):
    """A slice of the set that may be no usable CT slice, and why."""

    path: str
    sentence: str


class ClassSummary(_Record):
    """How much there is of a class."""

    label: str
    slices: int = Field(ge=0)
    series: int = Field(ge=0)
    groups: int = Field(ge=0, description="patient blocks that hold any of it")
    sources: dict[str, int] = Field(
        description="slices by where they came from: the source's own split, or the source where it has none"
    )


class SizeCount(_Record):
    """How many slices of a class have a size, in pixels."""

    width: int = Field(gt=0)
    height: int = Field(gt=0)
    label: str
    slices: int = Field(gt=0)


class Duplicates(_Record):
    """A set of slices that show the same picture; paths, labels and splits go together, row for row."""

    paths: tuple[str, ...] = Field(min_length=2)
    labels: tuple[str, ...]
    splits: tuple[str, ...] = Field(description="the source's own split of each; empty without one")


class Shift(_Record):
    """A class that a single number about its pictures tells from the rest, without looking at any tissue."""

    what: What
    label: str
    balanced_accuracy: float = Field(
        ge=0, le=1, description="of one threshold, on patient blocks it was not chosen on; 0.5 tells nothing"
    )
    sentence: str


class Spread(_Record):
    """How a number is spread over a class."""

    what: What
    label: str
    quartiles: tuple[float, float, float, float, float] = Field(
        description="least, lower quartile, median, upper quartile, most"
    )


class Report(_Record):
    """What a data set holds and what is wrong with it; excluded slices count only in ``excluded``."""

    name: str
    slices: int = Field(ge=0)
    excluded: int = Field(ge=0, description="left out by a person or by the class rule")
    left_out: tuple[LeftOutFile, ...] = Field(description="files that could not be read or are no pictures")
    flawed: tuple[Flawed, ...]
    classes: tuple[ClassSummary, ...] = Field(description="by label")
    sizes: tuple[SizeCount, ...]
    bits: dict[str, int] = Field(description="slices by bits per sample")
    formats: dict[str, int] = Field(description="slices by file format")
    exact: tuple[Duplicates, ...] = Field(description="equal files, largest set first")
    copies: int = Field(0, ge=0, description="equal files beyond the first of each picture")
    near_pairs: int = Field(ge=0, description="pairs that are the same picture but for compression")
    near: tuple[Duplicates, ...] = Field(
        description="slices joined by such pairs or by being equal, not all equal; largest first, at most 200"
    )
    conflicts: tuple[Duplicates, ...] = Field(description="equal or near equal, of several classes")
    crossing_pictures: int = Field(
        0, ge=0, description="pictures that lie in several of a source's own splits as equal files"
    )
    crossing_exact: int = Field(
        ge=0, description="slices with an equal file in another of the source's own splits"
    )
    crossing_near: int = Field(
        ge=0, description="slices with an equal or near-equal one in another of the source's own splits"
    )
    crossing: tuple[Duplicates, ...] = Field(description="the sets these lie in, largest first, at most 200")
    imbalance: float = Field(ge=1, description="largest class over smallest; 1 without classes")
    shifts: tuple[Shift, ...] = Field(description="only those that count, worst first")
    spreads: tuple[Spread, ...] = Field(description="for plots: every number, every class")
    findings: tuple[Finding, ...] = Field(description="problems, then warnings, then notes")
    usable: bool = Field(description="no problem among the findings")
    verdict: str = Field(description="one line")


def write(folder: Path, report: Report) -> Path:
    """Keep a report in a data set's folder, in one step. Equal reports are equal bytes.

    Args:
        folder: The data set's.
        report: To be kept.

    Returns:
        The file.

    Raises:
        StorageError: The disk is full or can't be written to.
    """
    write_text(folder / FILE, report.model_dump_json(indent=1) + "\n")
    return folder / FILE


def read(folder: Path) -> Report | None:
    """A data set's report; None where it was never validated.

    Args:
        folder: The data set's.

    Raises:
        DataError: The report is damaged, or of another version.
    """
    path = folder / FILE
    try:
        return Report.model_validate_json(path.read_bytes()) if path.is_file() else None
    except (OSError, ValidationError):
        raise DataError(
            f"The report of {folder.name} can't be read. Validate the set again: "
            f"`python -m core validate {folder.name}`.",
            "report-damaged",
        ) from None
