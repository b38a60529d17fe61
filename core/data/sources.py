"""sources.json: where the pictures of a data set came from, and how they were told apart."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from core.data import catalog, unpack
from core.data.classes import Rule
from core.errors import DataError
from core.storage import write_text

FILE = "sources.json"
CORRECTIONS = "~corrections"
"""What sources are called that a person's corrections came in; no other source's name begins so."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where pictures of a set came from.

    Attributes:
        name: Its folder below ``images/``.
        origin: As it was given: a path, an address, or a preset.
        sha256: Of the zip, hex; empty for a folder.
        rule: The class rule that it came with, so that it is read again as it was the first time.
        only: Whether what lies in no folder of that rule was left out.
        renamed: What files were called in it, by their names here, where these differ.
        patients: Whose slice a file is, by its name in the source, where that was told beside it.
    """

    name: str
    origin: str
    sha256: str
    rule: Rule = field(default_factory=dict)
    only: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)
    patients: Mapping[str, str] = field(default_factory=dict)

    @property
    def only_learnt(self) -> bool:
        """Whether no figure is ever taken on it."""
        return only_learnt(self.name)


def only_learnt(name: str) -> bool:
    """Whether the source of this name holds corrections: a reader chose them, so figures on them mislead."""
    return name.startswith(CORRECTIONS)


def exists(path: Path) -> bool:
    """Whether a folder or a file is there; nothing is where a name is too long for any."""
    try:
        return path.is_dir() or path.is_file()
    except OSError:
        return False


def source(path: Path, origin: str) -> Source:
    """A folder or a zip that is there, as a source.

    Raises:
        DataError: It can't be read.
    """
    name = path.stem if path.is_file() else path.resolve().name
    # a zip may be called "...zip": what leads elsewhere, hides or means corrections is no name
    fitting = unpack.fitting(unpack.text(name)).lstrip(".~") or "source"
    return Source(fitting, unpack.text(origin), _digest(path))


def told_apart(before: Sequence[Source], new: Sequence[Source]) -> list[Source]:
    """New sources with folders that don't clash, with each other or with those that are there.

    Raises:
        DataError: One of them is there already.
    """
    taken, found = {one.name for one in before}, []
    for one in new:
        if one.sha256 and one.sha256 in {other.sha256 for other in before}:
            raise DataError(f"{one.origin} is in this data set already. Add another source.", "source-twice")
        name, number = one.name, 2
        while name in taken:
            name, number = f"{one.name}-{number}", number + 1
        taken.add(name)
        found.append(replace(one, name=name))
    return found


def read(folder: Path) -> list[Source]:
    """The sources of a whole data set.

    Raises:
        DataError: They can't be read, or don't tell of all slices.
    """
    found = recorded(folder)
    # a source that is not told of here would be gone once the set is written anew
    if not {one.source for one in catalog.read(folder)} <= {one.name for one in found}:
        raise _damaged(folder)
    return found


def recorded(folder: Path) -> list[Source]:
    """What is written of sources, be the set whole or not.

    Raises:
        DataError: They can't be read.
    """
    try:
        return [Source(**one) for one in json.loads((folder / FILE).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        raise _damaged(folder) from None


def _damaged(folder: Path) -> DataError:
    return DataError(
        f"The data set {folder.name} is damaged: its {FILE} can't be read. Delete {folder} and "
        "ingest it again.",
        "data-damaged",
    )


def write(folder: Path, sources: Sequence[Source]) -> None:
    """Keep a data set's sources.

    Raises:
        StorageError: The disk is full or can't be written to.
    """
    write_text(folder / FILE, json.dumps([asdict(one) for one in sources], indent=2) + "\n")


def _digest(path: Path) -> str:
    if not path.is_file():
        return ""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise DataError(
            f"{unpack.text(str(path))} can't be read: {error.strerror}. Allow it or copy it again.",
            "source-unreadable",
        ) from None
