"""From a folder or zips of pictures to a data set in var/data, whole or not at all."""

import hashlib
import json
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path, PurePosixPath

from core.config.settings import Settings
from core.data import grouping, likeness, manifest, names, pictures, split, unpack
from core.data.manifest import Row
from core.errors import DataError, InputError
from core.imaging.preprocess import PreprocessSpec

Progress = Callable[[str, float], None]
"""Told what is being done and how far it is, 0..1."""
IMAGES = "images"
SOURCES = "sources.json"
FOLDS = 5
SEED = 0


def folder(name: str, settings: Settings) -> Path:
    """Where a data set lies.

    Raises:
        DataError: The name is none a folder can have.
    """
    plain = name.replace("-", "").replace("_", "").replace(".", "")
    if not plain.isalnum() or name.startswith("."):
        raise DataError(f"\"{name}\" can't be a data set's name. Use letters, digits, - and _.", "bad-name")
    return settings.var / "data" / name


def ingest(
    source: str | Path | Sequence[Path], name: str, settings: Settings, progress: Progress | None = None
) -> Path:
    """Bring pictures in, tell their classes by folder, infer series and patients, split by patient.

    Args:
        source: A folder or a zip, or several, that belong to one set; class folders at any depth.
            The folds are made even in the slices of the first.
        name: What the set is to be called.
        settings: Where it goes.
        progress: Told how far it is.

    Returns:
        The data set's folder: ``images/``, ``manifest.csv``, ``sources.json``.

    Raises:
        DataError: The name is taken by other data; the source can't be read or holds no classes.
    """
    sources = [Path(source)] if isinstance(source, str | Path) else list(source)
    target = folder(name, settings)
    told = progress or (lambda _what, _share: None)
    marks = _marks(sources)
    if target.exists():
        return _same(target, marks)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=target.parent) as made:
        work = Path(made) / name
        for number, one in enumerate(sources):
            told(f"unpacking {one.name}", number / len(sources))
            unpack.bring(one, work / IMAGES / (one.stem if len(sources) > 1 else ""))
        manifest.write(work, index(work, settings, told, sources=len(sources)))
        (work / SOURCES).write_text(json.dumps(marks, indent=2) + "\n", encoding="utf-8")
        work.replace(target)
    return target


def index(data: Path, settings: Settings, progress: Progress, *, sources: int = 1) -> list[Row]:
    """Read every picture of a data set, group and split.

    Args:
        data: A folder with ``images/``.
        settings: Caps on what is decoded.
        progress: Told how far it is.
        sources: How many sources lie below ``images/``, each in a folder of its own.

    Raises:
        DataError: Fewer than two classes are there.
    """
    paths = sorted(path for path in (data / IMAGES).rglob("*") if path.is_file())
    described: list[tuple[Row, likeness.Look]] = []
    with ThreadPoolExecutor() as readers:
        found = readers.map(lambda path: _describe(path, data, settings, sources), paths)
        for number, one in enumerate(found):
            described += [one] if one else []
            if number % 100 == 0:
                progress("reading slices", number / len(paths))
    rows = [row for row, _ in described]
    if len(manifest.classes(rows)) < 2:
        raise DataError(
            f"{data.name} needs at least two folders of pictures, one for each class; "
            f"found {len(rows)} readable pictures in {len(manifest.classes(rows))}.",
            "no-classes",
        )
    if len(rows) < len(paths):
        progress(f"left out {len(paths) - len(rows):,} pictures: no class folder, or can't be read", 1.0)
    progress("grouping", 0.0)
    groups = grouping.infer([_place(row) for row in rows], [look for _, look in described])
    first = [row.source_split in ("", rows[0].source_split) for row in rows] if sources > 1 else None
    dealt = split.folds(
        [row.label for row in rows], groups.blocks, min(FOLDS, len(set(groups.blocks))), SEED, first
    )
    return [
        replace(row, series=s, group=g, plane=p, split=str(fold))
        for row, s, g, p, fold in zip(rows, groups.series, groups.blocks, groups.planes, dealt, strict=True)
    ]


def _describe(path: Path, data: Path, settings: Settings, sources: int) -> tuple[Row, likeness.Look] | None:
    """A picture's row without its group; None where it can't be read or has no class."""
    inside = PurePosixPath(path.relative_to(data / IMAGES).as_posix())
    if len(inside.parts) < 2 + (sources > 1):
        return None
    try:
        grey = pictures.grey(path, PreprocessSpec(), settings.limits)
    except InputError:
        return None
    row = Row(
        path=f"{IMAGES}/{inside}",
        label=names.label(inside),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        width=grey.shape[1],
        height=grey.shape[0],
        source_split=names.source_split(inside) or (inside.parts[0] if sources > 1 else ""),
    )
    return row, likeness.look(grey)


def _place(row: Row) -> grouping.Place:
    stem, number = names.sequence(PurePosixPath(row.path))
    return grouping.Place(row.label, stem, number)


def _marks(sources: Sequence[Path]) -> dict[str, str]:
    """What tells sources apart: a zip's digest, a folder's path."""
    marks = {}
    for source in sources:
        if not source.exists():
            raise DataError(f"There is no folder or zip at {source}. Check the path.", "source-missing")
        if source.is_file():
            with source.open("rb") as stream:
                marks[source.stem] = hashlib.file_digest(stream, "sha256").hexdigest()
        else:
            marks[source.stem] = f"folder {source.resolve()}"
    return marks


def _same(target: Path, marks: dict[str, str]) -> Path:
    """The folder, if it was made from the same zips."""
    try:
        known = json.loads((target / SOURCES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = None
    if known != marks or any(mark.startswith("folder ") for mark in marks.values()):
        raise DataError(
            f"There is a data set {target.name} already. Choose another name, or delete {target}.",
            "name-taken",
        )
    return target
