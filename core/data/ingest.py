"""From a folder, a zip, an address or a preset to a data set in var/data, whole or not at all."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from core.config import params
from core.config.settings import Settings
from core.data import catalog, cataloguing, classes, edits, manifest, presets, sets, split, unpack
from core.data.catalog import LeftOut
from core.data.cataloguing import IMAGES, Found
from core.data.classes import Rule
from core.data.presets import Drawn, Drive, Preset
from core.errors import DataError
from core.storage import put, writing

Progress = Callable[[str, float], None]
"""Told what is being done and how far it is, 0..1."""
SOURCES = "sources.json"
SYNTHETIC_PER_CLASS, SYNTHETIC_PER_SERIES = 60, 4


@dataclass(frozen=True, slots=True)
class Source:
    """Where pictures of a set came from.

    Attributes:
        name: Its folder below ``images/``.
        origin: As it was given: a path, an address, or a preset.
        sha256: Of the zip, hex; empty for a folder.
    """

    name: str
    origin: str
    sha256: str


def ingest(
    source: str | Path | Sequence[str | Path],
    name: str,
    settings: Settings,
    progress: Progress | None = None,
    *,
    preset: str | None = None,
    rule: Rule | None = None,
    add: bool = False,
    dealt: params.Split | None = None,
) -> Path:
    """Bring pictures in, tell their classes by folder, infer series and patients, split by patient.

    Args:
        source: A folder, a .zip, an https address, a Google Drive link or id, or a preset's name;
            or several, that belong to one set. Class folders at any depth.
        name: What the set is to be called.
        settings: Where it goes.
        progress: Told how far it is.
        preset: A task whose class rule is used (`core.data.presets`).
        rule: Class by folder name or pattern, before the preset's.
        add: Add to a set that is there; its slices keep their place in the split.
        dealt: How to split; evenly into folds by patient block if not told.

    Returns:
        The data set's folder.

    Raises:
        DataError: The name is taken by other data; the source can't be read or holds no classes.
        StorageError: The disk is full or refuses.
    """
    given = [source] if isinstance(source, str | Path) else list(source)
    chosen = preset or next((str(one) for one in given if _is_preset(one)), None)
    task = presets.preset(chosen) if chosen else None
    told = progress or (lambda _what, _share: None)
    target = sets.folder(name, settings)
    own = dict(rule or {})
    known = own | {
        folder: label for folder, label in (task.rule if task else {}).items() if folder not in own
    }
    with sets.locked(name, settings), writing(target.parent):
        found = [_brought(one, settings, told) for one in given]
        whole = name in sets.names(settings)
        before = _sources(target) if whole else []
        if whole and not add:
            return _same(target, [mark for mark, _ in found])
        with sets.workplace(name, settings) as place:
            work = place / name
            marks = [*before, *_told_apart(before, [mark for mark, _ in found])]
            left = _carry(target, work, pixels=bool(before))
            brought = [*_present(work, before)]
            for mark, (_, path) in zip(marks[len(before) :], found, strict=True):
                one, missed = _unpacked(path, mark, work, told)
                brought.append(one)
                left += missed
            _finish(work, brought, left, known, settings, told, only=task is not None)
            (work / SOURCES).write_text(json.dumps([asdict(mark) for mark in marks], indent=2) + "\n")
            split.split(work, dealt or params.Split())
            _synced(work)
            put(work, target)
    return target


def _finish(
    work: Path,
    brought: Sequence[Found],
    left: Sequence[LeftOut],
    known: Rule,
    settings: Settings,
    told: Progress,
    *,
    only: bool,
) -> None:
    """Catalogue what was brought, and keep the class rule."""
    slices, looks, unread, rule = cataloguing.catalogue(work, brought, known, settings, told, only=only)
    old = classes.read(work) if (work / classes.FILE).is_file() else {}
    classes.write(work, {folder: old.get(folder, label) for folder, label in rule.items()})
    edits.keep(work, edits.read(work))
    catalog.write(work, slices, looks, [*left, *unread])


def _is_preset(source: str | Path) -> bool:
    return isinstance(source, str) and source in presets.table() and not Path(source).exists()


def _brought(source: str | Path, settings: Settings, told: Progress) -> tuple[Source, Path | Preset]:
    """A source within reach: a folder or a zip on this disk, or a preset that is drawn."""
    origin = str(source)
    if _is_preset(source):
        task = presets.preset(origin)
        if isinstance(task.source, Drawn):
            return Source(task.name, origin, ""), task
        if isinstance(task.source, Drive):
            source = task.source.id
        else:
            raise DataError(f"{task.title} can't be fetched from here. {task.source.say}", "source-manual")
    path = Path(source)
    if isinstance(source, str) and not path.exists():
        # only an address needs what speaks HTTP, which takes its time to load
        from core.data import fetch

        if fetch.is_address(source):
            path, origin = fetch.fetch(source, settings, told), fetch.canonical(source)
    if not path.exists():
        raise DataError(f"There is no folder or zip at {path}. Check the path.", "source-missing")
    told(f"reading {path.name}", 0.0)
    return Source(path.stem if path.is_file() else path.resolve().name, origin, _digest(path)), path


def _digest(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _told_apart(before: Sequence[Source], new: Sequence[Source]) -> list[Source]:
    """Sources whose folders don't clash, with each other or with those that are there."""
    taken, found = {one.name for one in before}, []
    for one in new:
        if one.sha256 and one.sha256 in {other.sha256 for other in before}:
            raise DataError(f"{one.origin} is in this data set already. Add another source.", "source-twice")
        name, number = one.name, 2
        while name in taken:
            name, number = f"{one.name}-{number}", number + 1
        taken.add(name)
        found.append(Source(name, one.origin, one.sha256))
    return found


def _unpacked(source: Path | Preset, mark: Source, work: Path, told: Progress) -> tuple[Found, list[LeftOut]]:
    """A source's pictures below ``images/``."""
    place = work / IMAGES / mark.name
    if isinstance(source, Preset):
        return Found(mark.name, _drawn(place, told)), []
    taken, left = unpack.bring(source, place, lambda share: told(f"unpacking {source.name}", share))
    missed = [LeftOut(f"{mark.name}/{one.path}", one.sentence) for one in left]
    return Found(mark.name, taken), missed


def _drawn(place: Path, told: Progress) -> dict[PurePosixPath, Path]:
    from core.data.synthetic import write_dataset

    told("drawing slices", 0.0)
    files = write_dataset(place, SYNTHETIC_PER_CLASS, SYNTHETIC_PER_SERIES)
    return {PurePosixPath(path.relative_to(place).as_posix()): path for path in files}


def _carry(target: Path, work: Path, *, pixels: bool) -> list[LeftOut]:
    """What a person or an older run left in the place, so that adding is whole or not at all too.

    Pixels are linked, not copied; they never change.
    """
    work.mkdir(parents=True)
    for name in (classes.FILE, edits.FILE, manifest.FILE, split.FILE):
        if (target / name).is_file():
            shutil.copyfile(target / name, work / name)
    if not pixels:
        return []
    shutil.copytree(target / IMAGES, work / IMAGES, copy_function=_linked)
    own = {one.path for one in catalog.read_left_out(target)}
    read_again = {path.relative_to(work / IMAGES).as_posix() for path in (work / IMAGES).rglob("*")}
    return [one for one in catalog.read_left_out(target) if one.path in own - read_again]


def _linked(source: str, place: str) -> None:
    try:
        os.link(source, place)
    except OSError:
        shutil.copyfile(source, place)


def _present(work: Path, before: Sequence[Source]) -> list[Found]:
    found = []
    for one in before:
        root = work / IMAGES / one.name
        paths = sorted(path for path in root.rglob("*") if path.is_file())
        found.append(
            Found(one.name, {PurePosixPath(path.relative_to(root).as_posix()): path for path in paths})
        )
    return found


def _sources(target: Path) -> list[Source]:
    try:
        return [Source(**one) for one in json.loads((target / SOURCES).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        raise DataError(
            f"The data set {target.name} is damaged: its {SOURCES} can't be read. Delete {target} and "
            "ingest it again.",
            "data-damaged",
        ) from None


def _same(target: Path, marks: Sequence[Source]) -> Path:
    """The folder, if it was made from the same zips."""
    known = [one.sha256 for one in _sources(target)]
    drawn = all(mark.origin in presets.table() for mark in marks)
    if known == [mark.sha256 for mark in marks] and (all(known) or drawn):
        return target
    raise DataError(
        f"There is a data set {target.name} already. Choose another name, add to it, or delete it first.",
        "name-taken",
    )


def _synced(work: Path) -> None:
    """A machine that loses power now must not list a set whose files are empty."""
    for name in (catalog.FILE, catalog.LOOKS, classes.FILE, manifest.FILE, SOURCES):
        with (work / name).open("rb") as stream:
            os.fsync(stream.fileno())
