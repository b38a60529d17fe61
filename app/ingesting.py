"""What a person wants ingested, checked as far as that needs no work, and its job."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from app import dataset_jobs, uploads
from core.config.settings import settings
from core.data import corrections_zip, presets, sets
from core.data.fetching.address import is_address
from core.data.presets import Manual
from core.errors import DataError
from core.jobs import runner
from core.jobs.job import Job

Kind = Literal["Preset", "Address", "Path", "Upload"]
KINDS: Final[tuple[Kind, ...]] = ("Preset", "Address", "Path", "Upload")
SYNTHETIC: Final = "synthetic"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be ingested.

    Attributes:
        kind: Where from.
        source: A preset's name, an address, or a path on this server.
        name: What the set is to be called; empty for one made from the source.
        preset: The task whose class rule is used; None for classes by folder name.
        add: Add to a set that is there.
        base: A set that a new one begins as, under a zip of corrections; empty for none.
    """

    kind: Kind
    source: str
    name: str = ""
    preset: str | None = None
    add: bool = False
    base: str = ""


def start(wanted: Wanted) -> Job:
    """Start its job.

    Raises:
        DataError: The source, the name, or both can't be used.
        StudioError: No job can be started.
    """
    source = _source(wanted)
    name = wanted.name.strip() or (
        f"{wanted.base}-reviewed" if wanted.base else suggested(wanted.kind, source)
    )
    if not name:
        raise DataError("Say what the data set is to be called.", "no-name")
    sets.folder(name, settings())
    dataset_jobs.free(name)
    _on_a_base(wanted, source, name)
    if name in sets.names(settings()) and not wanted.add:
        raise DataError(
            f'There is a data set {name} already. Choose another name, or tick "Add to a set that is there".',
            "name-taken",
        )
    fields = {"name": name, "sources": [source], "preset": wanted.preset, "add": wanted.add}
    return runner.start(dataset_jobs.WORKER, {"do": "ingest", "base": wanted.base, **fields}, settings())


def _on_a_base(wanted: Wanted, source: str, name: str) -> None:
    """See that a base is one, and what comes on top of it corrections.

    Raises:
        DataError: It is none, or nothing can come of it.
    """
    if not wanted.base:
        return
    if wanted.add or wanted.base == name:
        raise DataError(
            'To start from a set, give another name and don\'t tick "Add to a set that is there".',
            "base-and-add",
        )
    dataset_jobs.free(wanted.base)
    if wanted.kind != "Address" and not corrections_zip.is_one(Path(source)):
        raise DataError(
            f"{Path(source).name[:100]} is no zip of corrections, which alone can be put on top of a data "
            "set. Export one from Review, or start from nothing.",
            "no-corrections",
        )


def suggested(kind: Kind, source: str) -> str:
    """A name for a set, from where it comes from; empty where that says nothing."""
    if kind == "Address":
        last = PurePosixPath(unquote(urlsplit(source).path)).name if "://" in source else ""
        return uploads.plain(last.removesuffix(".zip")) if last.endswith(".zip") else ""
    last = PurePosixPath(source).name
    return uploads.plain(last.removesuffix(".zip") if kind != "Preset" else source)


def _source(wanted: Wanted) -> str:
    """The source as the worker takes it."""
    text = wanted.source.strip()
    match wanted.kind:
        case "Preset":
            task = presets.preset(text)
            if isinstance(task.source, Manual):
                raise DataError(
                    f"{task.title} can't be fetched from here. {task.source.say}", "source-manual"
                )
            return text
        case "Address":
            if not is_address(text):
                raise DataError(
                    f'"{text[:80]}" is no address. Give one that begins with https://, or a link or id of '
                    "Google Drive.",
                    "bad-address",
                )
            return text
        case _:
            return _path(text)


def _path(text: str) -> str:
    if not text:
        raise DataError("Say which folder or .zip is to be ingested.", "no-source")
    try:
        path = Path(text).expanduser().resolve()
        there = path.is_dir() or path.is_file()
    except (OSError, RuntimeError, ValueError):  # too long a name, no such user, a null character
        there = False
    if not there:
        raise DataError(
            f"There is no folder or zip at {text[:200]} on this server. Check the path.", "source-missing"
        )
    return str(path)
