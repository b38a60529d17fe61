"""From a folder, a zip, an address or a preset to a data set in var/data, whole or not at all."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path, PurePosixPath

from core.config import params
from core.config.settings import Settings
from core.data import (
    carrying,
    catalog,
    cataloguing,
    classes,
    correcting,
    edits,
    presets,
    sets,
    sources,
    split,
    unpack,
)  # fmt: skip
from core.data.catalog import LeftOut
from core.data.cataloguing import IMAGES, Found
from core.data.classes import Rule
from core.data.correcting import Brought
from core.data.presets import Drawn, Drive, Manual, Preset
from core.data.sources import Source
from core.errors import DataError
from core.storage import put, settle, writing

Progress = Callable[[str, float], None]
"""Told what is being done and how far it is, 0..1."""
SYNTHETIC_PER_CLASS, SYNTHETIC_PER_SERIES = 60, 4


def ingest(
    source: str | Path | Sequence[str | Path],
    name: str,
    settings: Settings,
    progress: Progress | None = None,
    *,
    preset: str | None = None,
    rule: Rule | None = None,
    add: bool = False,
    sha256: str = "",
    dealt: params.Split | None = None,
    base: str = "",
) -> Path:
    """Bring pictures in, tell their classes by folder, infer series and patients, split by patient.

    Args:
        source: A folder, a .zip, an https address, a Google Drive link or id, or a preset's name;
            or several, that belong to one set. Class folders at any depth.
        name: What the set is to be called.
        settings: Where it goes.
        progress: Told how far it is.
        preset: A task whose class rule is used (`core.data.presets`).
        rule: Class by folder name or pattern, before the preset's and before what the set has.
        add: Add to a set that is there; its slices keep their place in the split.
        sha256: What the (first) zip must be, hex; not checked if not told.
        dealt: How to split; if not told as the set is already, else as params.yaml says.
        base: A set that this one begins as; then the source is a zip of corrections
            (`core.data.corrections`). The base stays as it is.

    Returns:
        The data set's folder.

    Raises:
        DataError: The name is taken by other data; the source can't be read or holds no classes.
        StorageError: The disk is full or refuses.
    """
    given = [source] if isinstance(source, str | Path) else list(source)
    if not all(str(one).strip() for one in given) or not given:
        raise DataError("There is nothing to ingest. Name a folder, a zip or an address.", "no-source")
    chosen = preset or next((str(one) for one in given if _is_preset(one)), None)
    task = presets.preset(chosen) if chosen else None
    told = progress or (lambda _what, _share: None)
    target = sets.folder(name, settings)
    own = dict(rule or {})
    known = own | {
        folder: label for folder, label in (task.rule if task else {}).items() if folder not in own
    }
    origin = _base(base, name, settings, add=add) if base else target
    busy = sets.locked(base, settings) if base else nullcontext()
    with sets.locked(name, settings), busy, writing(target.parent):
        found = [_brought(one, settings, told) for one in given]
        _as_promised(found[0][0], given[0], sha256, settings)
        whole = name in sets.names(settings)
        grown = whole or bool(base)
        before = sources.read(origin) if grown else []
        came = [
            replace(
                correcting.named(mark, path, must=bool(base)) if grown else mark, rule=known, only=bool(task)
            )
            for mark, path in found
        ]
        if whole and not add:
            return _same(target, [*before, *came] if base else came, by_file=bool(base))
        with sets.workplace(name, settings) as place:
            work = place / name
            left = carrying.carry(
                origin, work, pixels=grown, rule=grown or _same_rule(target, known, task is not None)
            )
            there = carrying.present(work, before)
            new = [
                _unpacked(path, mark, origin, work, settings, told)
                for mark, (_, path) in zip(sources.told_apart(before, came), found, strict=True)
            ]
            left += [one for each in new for one in each.left]
            _finish(work, [*there, *(one.found for one in new)], left, own, settings, told)
            correcting.relabel(work, {path: label for one in new for path, label in one.relabelled.items()})
            sources.write(work, [*before, *(one.source for one in new)])
            split.split(work, dealt or split.as_before(work))
            settle(work)
            put(work, target)
        _forget(given, settings)
    return target


def _as_promised(found: Source, given: str | Path, sha256: str, settings: Settings) -> None:
    """See that a zip is the one that was meant.

    Raises:
        DataError: It is another.
    """
    if sha256 and found.sha256 != sha256.strip().lower():
        _forget([given], settings)
        raise DataError(
            f"{found.origin} is not the file that was meant: its SHA-256 is "
            f"{found.sha256 or 'none'}. Download it again, or check the digest that you were given.",
            "digest",
        )


def _forget(given: Sequence[str | Path], settings: Settings) -> None:
    """Let go of what was downloaded: the set has it, and next time the server may have another file."""
    addresses = [_address(one) for one in given]
    if any(addresses):
        from core.data.fetching import fetch

        for one in filter(None, addresses):
            fetch.forget(one, settings)
        fetch.remove_leftovers(settings)


def _address(source: str | Path) -> str | None:
    """What would be fetched, if anything."""
    if _is_preset(source):
        where = presets.preset(str(source)).source
        return where.id if isinstance(where, Drive) else None
    if isinstance(source, Path) or sources.exists(Path(source)):
        return None
    # only an address needs what speaks HTTP, which takes its time to load
    from core.data.fetching import fetch

    return source if fetch.is_address(source) else None


def _finish(
    work: Path,
    brought: Sequence[Found],
    left: Sequence[LeftOut],
    asked: Rule,
    settings: Settings,
    told: Progress,
) -> None:
    """Catalogue what was brought, and keep the class rule: as asked for now, else as it was."""
    slices, looks, unread, rule = cataloguing.catalogue(work, brought, settings, told)
    old = classes.read(work) if (work / classes.FILE).is_file() else {}
    kept = {folder: old.get(folder, label) for folder, label in rule.items()}
    classes.write(work, kept | classes.told(kept, asked))
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
        if isinstance(task.source, Manual):
            raise DataError(f"{task.title} can't be fetched from here. {task.source.say}", "source-manual")
    path, address = Path(source), _address(source)
    if address:
        from core.data.fetching import fetch

        path, origin = fetch.fetch(address, settings, told), fetch.canonical(address)
    if not sources.exists(path):
        raise DataError(
            f"There is no folder or zip at {unpack.text(str(path))}. Check the path.", "source-missing"
        )
    told(f"reading {unpack.text(path.name)}", 0.0)
    return sources.source(path, origin), path


def _unpacked(
    source: Path | Preset, mark: Source, origin: Path, work: Path, settings: Settings, told: Progress
) -> Brought:
    """A source's pictures below ``images/``."""
    place = work / IMAGES / mark.name
    if isinstance(source, Preset):
        return _brought_in(mark, _drawn(place, told), [], work)
    if mark.only_learnt:
        told(f"unpacking {mark.name}", 0.0)
        brought = correcting.bring(source, mark, origin, work, settings.limits)
        renamed = carrying.renamed(brought.found, work)
        return replace(brought, source=replace(brought.source, renamed=renamed))
    taken, left = unpack.bring(source, place, lambda share: told(f"unpacking {mark.name}", share))
    return _brought_in(mark, taken, left, work)


def _brought_in(
    mark: Source, taken: Mapping[PurePosixPath, Path], left: Sequence[LeftOut], work: Path
) -> Brought:
    found = correcting.found(mark, taken)
    missed = [LeftOut(f"{mark.name}/{one.path}", one.sentence) for one in left]
    return Brought(replace(mark, renamed=carrying.renamed(found, work)), found, missed)


def _drawn(place: Path, told: Progress) -> dict[PurePosixPath, Path]:
    from core.data.synthetic import write_dataset

    files = write_dataset(
        place,
        SYNTHETIC_PER_CLASS,
        SYNTHETIC_PER_SERIES,
        progress=lambda share: told("drawing slices", share),
    )
    return {PurePosixPath(path.relative_to(place).as_posix()): path for path in files}


def _same_rule(target: Path, known: Rule, only: bool) -> bool:
    """Whether what is left of a set was told by this rule: another one starts from itself."""
    try:
        return all((one.rule, one.only) == (known, only) for one in sources.recorded(target))
    except DataError:
        return True


def _base(base: str, name: str, settings: Settings, *, add: bool) -> Path:
    """The folder of the set that a new one begins as.

    Raises:
        DataError: There is none, or there is no new one.
    """
    if add or base == name:
        raise DataError(
            "A base is for a new data set. Choose another name for it, or add to the set without a base.",
            "base-and-add",
        )
    folder = sets.folder(base, settings)
    if base not in sets.names(settings):
        raise catalog.missing(folder)
    return folder


def _same(target: Path, marks: Sequence[Source], *, by_file: bool) -> Path:
    """The folder, if it was made from the same zips, by the same rule unless only files count."""
    known = sources.read(target)
    drawn = all(mark.origin in presets.table() for mark in marks)
    made = (lambda one: one.sha256) if by_file else _made
    same = [made(one) for one in known] == [made(mark) for mark in marks]
    if same and (all(one.sha256 for one in known) or drawn):
        return target
    raise DataError(
        f"There is a data set {target.name} already. Choose another name, add to it, or delete it first.",
        "name-taken",
    )


def _made(one: Source) -> tuple[str, Rule, bool]:
    return one.sha256, one.rule, one.only
