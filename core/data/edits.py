"""What a person changed about slices: another class, or left out. Kept beside them; pixels never change."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.data import catalog, classes
from core.data.catalog import Slice
from core.errors import DataError
from core.storage import write_text

FILE = "edits.json"


class Edits(BaseModel):
    """Changes by path; what is not here is as it was ingested."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    labels: dict[str, str] = Field(default_factory=dict, description="another class")
    excluded: tuple[str, ...] = Field((), description="left out of the manifest")


def read(folder: Path) -> Edits:
    """The edits of a data set; none where nobody made any.

    Raises:
        DataError: The file is damaged.
    """
    path = folder / FILE
    try:
        return Edits.model_validate_json(path.read_bytes()) if path.is_file() else Edits()
    except (OSError, ValidationError):
        raise DataError(
            f"The edits of {folder.name} can't be read. Mend or delete {path}; pixels and labels as "
            "ingested are safe.",
            "edits-damaged",
        ) from None


def relabel(folder: Path, path: str, label: str) -> Edits:
    """Give a slice another class.

    Args:
        folder: The data set's.
        path: The slice's, as in the catalogue.
        label: Its class from now on; one that the set has.

    Raises:
        DataError: The set has no such slice or class.
    """
    known = sorted({name for name in classes.read(folder).values() if name})
    if label not in known:
        raise DataError(f'There is no class "{label}" here. Use one of: {", ".join(known)}.', "unknown-class")
    now = read(folder)
    labels = {**now.labels, path: label}
    own = {one.path: classes.read(folder).get(one.folder) for one in catalog.read(folder)}
    if own.get(path) == label:
        del labels[path]
    return _keep(folder, path, Edits(labels=labels, excluded=now.excluded))


def exclude(folder: Path, path: str) -> Edits:
    """Leave a slice out.

    Raises:
        DataError: The set has no such slice.
    """
    now = read(folder)
    return _keep(folder, path, Edits(labels=now.labels, excluded=tuple(sorted({*now.excluded, path}))))


def undo(folder: Path, path: str) -> Edits:
    """Make a slice what it was when it was ingested.

    Raises:
        DataError: The set has no such slice.
    """
    now = read(folder)
    labels = {name: label for name, label in now.labels.items() if name != path}
    kept = tuple(name for name in now.excluded if name != path)
    return _keep(folder, path, Edits(labels=labels, excluded=kept))


def labelled(folder: Path) -> list[tuple[Slice, str]]:
    """The slices that count, each with its class: by the class rule, then as a person changed it.

    Raises:
        DataError: The set is missing or damaged.
    """
    slices = catalog.read(folder)
    rule, now = classes.read(folder), read(folder)
    out = set(now.excluded)
    # a class that the rule has no more takes its relabelled slices along
    known = set(rule.values())
    changed = {path: label for path, label in now.labels.items() if label in known}
    found = [(one, changed.get(one.path) or rule.get(one.folder)) for one in slices]
    return [(one, label) for one, label in found if label and one.path not in out]


def keep(folder: Path, edits: Edits) -> None:
    """Write a set's edits, all of them."""
    write_text(folder / FILE, edits.model_dump_json(indent=2) + "\n")


def _keep(folder: Path, path: str, edits: Edits) -> Edits:
    if path not in {one.path for one in catalog.read(folder)}:
        raise DataError(f"{folder.name} has no slice {path}. Reload the page.", "unknown-slice")
    keep(folder, edits)
    return edits
