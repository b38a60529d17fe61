"""What the Data page shows of a set, read once for all sessions until one of its files changes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import streamlit as st

from app import pictures
from core.config.settings import settings
from core.data import catalog, classes, edits, leakage, manifest, sets
from core.data.catalog import Looks, Slice
from core.data.edits import Edits
from core.data.leakage import Leaks
from core.data.manifest import Row
from core.data.pictures import scan
from core.data.validation import report
from core.data.validation.report import Report
from core.errors import DataError, InputError
from core.imaging.window import render

T = TypeVar("T")
SMALL: Final = 64
"""Side of the thumbnails that a set keeps, pixels."""
_FILES: Final = (catalog.FILE, manifest.FILE, edits.FILE, classes.FILE, report.FILE, leakage.FILE)


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A data set as it stands; shared by all sessions, never changed.

    Attributes:
        name: Its name.
        folder: Where it lies.
        slices: All of it, in the catalogue's order, excluded ones too.
        labels: The class of every slice that counts, by path: after the class rule and a person's
            edits. An excluded slice, or one whose folder has no class, is not in it.
        rule: Class by folder name; None leaves the folder out.
        classes: Every class that the rule has, sorted.
        edits: What a person changed.
        rows: The manifest; empty where the set is not split, or can't be as it is now.
        report: None where it was never validated, or its report can't be read.
        leaks: None where they were never measured.
        trouble: Why a part of this can't be read, sentences.
        stale: A person changed something since the report and the split were made.
        stamp: Names this state; another one when a file has changed. For keys of caches.
    """

    name: str
    folder: Path
    slices: Sequence[Slice]
    labels: Mapping[str, str]
    rule: Mapping[str, str | None]
    classes: tuple[str, ...]
    edits: Edits
    rows: Sequence[Row]
    report: Report | None
    leaks: Leaks | None
    trouble: tuple[str, ...]
    stale: bool
    stamp: tuple[int, ...]

    def original(self, one: Slice) -> str | None:
        """A slice's class by the rule alone; None where its folder has none."""
        return self.rule.get(one.folder)


def names() -> list[str]:
    """Every data set, sorted."""
    return sets.names(settings())


def shown(name: str) -> Shown:
    """A data set.

    Raises:
        DataError: There is none of that name, or its catalogue is damaged.
    """
    folder = sets.folder(name, settings())
    return _shown(str(folder), _stamp(folder))


def thumbnail(name: str, path: str, side: int = SMALL) -> str:
    """A slice of a set as a data URI; empty where it can't be read any more.

    Args:
        name: The set's.
        path: The slice's, as in the catalogue.
        side: The longer side, pixels; beyond `SMALL` the file itself is decoded.

    Raises:
        DataError: There is no such set.
    """
    folder = sets.folder(name, settings())
    stamp = _mtime(folder / catalog.FILE)
    row = _places(str(folder), stamp).get(path)
    if row is None:
        return ""
    if side <= SMALL:
        return pictures.thumbnail_uri(_looks(str(folder), stamp).thumbnails[row], side)
    try:
        return _large(str(folder), path, side, stamp)
    except (InputError, OSError):  # the file is gone, or was changed by hand
        return pictures.thumbnail_uri(_looks(str(folder), stamp).thumbnails[row])


@st.cache_resource(max_entries=4, show_spinner=False)
def _shown(folder_name: str, stamp: tuple[int, ...]) -> Shown:
    folder = Path(folder_name)
    trouble: list[str] = []
    slices = catalog.read(folder)
    no_rule: dict[str, str | None] = {}
    rule = _tried(lambda: classes.read(folder), no_rule, trouble)
    now = _tried(lambda: edits.read(folder), Edits(), trouble)
    out = set(now.excluded)
    labels = {
        one.path: label
        for one in slices
        if one.path not in out and (label := now.labels.get(one.path) or rule.get(one.folder))
    }
    return Shown(
        name=folder.name,
        folder=folder,
        slices=slices,
        labels=labels,
        rule=rule,
        classes=tuple(sorted({label for label in rule.values() if label})),
        edits=now,
        rows=_tried(lambda: manifest.read(folder), [], trouble),
        report=_tried(lambda: report.read(folder), None, trouble),
        leaks=leakage.read(folder),
        trouble=tuple(trouble),
        stale=_stale(stamp),
        stamp=stamp,
    )


def _tried(read: Callable[[], T], otherwise: T, trouble: list[str]) -> T:
    """What a file says; where it can't be read, that is said and the rest is still shown."""
    try:
        return read()
    except DataError as error:
        trouble.append(error.sentence)
        return otherwise


def _stamp(folder: Path) -> tuple[int, ...]:
    return tuple(_mtime(folder / name) for name in _FILES)


def _stale(stamp: tuple[int, ...]) -> bool:
    """Whether what a person decides is newer than what was made of it."""
    when = dict(zip(_FILES, stamp, strict=True))
    made = [when[name] for name in (manifest.FILE, report.FILE, leakage.FILE) if when[name]]
    return bool(made) and max(when[edits.FILE], when[classes.FILE]) > min(made)


def _mtime(path: Path) -> int:
    """Nanoseconds; 0 where there is no such file."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@st.cache_resource(max_entries=3, show_spinner=False)
def _looks(folder: str, stamp: int) -> Looks:  # noqa: ARG001
    return catalog.read_looks(Path(folder))


@st.cache_resource(max_entries=3, show_spinner=False)
def _places(folder: str, stamp: int) -> dict[str, int]:  # noqa: ARG001
    return {one.path: row for row, one in enumerate(catalog.read(Path(folder)))}


@st.cache_data(max_entries=600, show_spinner=False)
def _large(folder: str, path: str, side: int, stamp: int) -> str:  # noqa: ARG001
    return pictures.thumbnail_uri(render(scan(Path(folder) / path, settings().limits)), side)
