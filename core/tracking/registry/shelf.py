"""Bundles of registered versions on this machine: fetched, verified, and put in their place whole."""

import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from core.config.settings import Settings
from core.errors import BundleError, InputError, StorageError, StudioError
from core.jobs import records
from core.models import bundle as bundles
from core.models import neighbours
from core.storage import put, settle, writing
from core.tracking import store
from core.tracking.registry import asking
from core.tracking.registry.in_use import shelf
from core.tracking.registry.locking import locked

ARTEFACT: Final = "bundle"
"""The folder of a run's artefacts that has it."""
DIGEST: Final = re.compile("[0-9a-f]{64}")
_WAIT_S = 600.0
"""For another process that fetches the same."""
_FULL = ("no space left on device", "disk quota exceeded")
_LOST = ("no such file", "no such artifact", "failed with error code 404")
_PART, _LOCK = ".part", ".lock"


def place(digest: str, settings: Settings) -> Path:
    """Where the bundle of a digest belongs."""
    return shelf(settings) / digest


def whole(path: Path, digest: str) -> bool:
    """Whether a folder is the bundle of a digest, every byte of it."""
    try:
        return bundles.load(path).digest == digest
    except (BundleError, OSError):
        return False


def fetched(digest: str, run: str, job: str, settings: Settings, *, again: bool = False) -> Path:
    """A bundle's folder on the shelf, fetched where it isn't there or is damaged.

    It is made beside its place by whoever has its lock, so that a kill leaves nothing but a part that
    the next one clears away, and what others read is there whole or not at all.

    Args:
        digest: The bundle's.
        run: The run that has it among its artefacts.
        job: The job that made it; its own bundle is taken where it is the same.
        settings: Where things are.
        again: Fetch it even if the one that is there is whole.

    Raises:
        StudioError: Its files aren't there any more, or another process fetches it for too long.
        AwayError: They can't be reached now.
        StorageError: The disk is full or can't be written to.
    """
    target = place(digest, settings)
    if not again and whole(target, digest):
        return target
    busy = f"Another process has been fetching the bundle {digest[:8]} for long. Try again later."
    with locked(_lock(target), _WAIT_S, busy):
        _sweep(settings, but=target)
        if again or not whole(target, digest):
            _replace(target, digest, run, job, settings)
    return target


def _replace(target: Path, digest: str, run: str, job: str, settings: Settings) -> None:
    part = target.with_name(f".{digest}{_PART}")
    try:
        with writing(target.parent):
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            new = part / ARTEFACT
            if not _copied(new, digest, job, settings):
                _downloaded(new, digest, run, settings)
            settle(part)
            put(new, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _copied(new: Path, digest: str, job: str, settings: Settings) -> bool:
    """Take the bundle that the job left here, if it is still the same."""
    try:
        found = records.stored(records.folder(job, settings)).result
    except InputError:
        return False
    source = Path(str((found or {}).get("bundle", "")))
    if not (source / bundles.CARD).is_file():
        return False
    new.mkdir()
    for name in (bundles.CARD, bundles.KERAS, bundles.LITERT, bundles.REFERENCE, neighbours.FILE):
        with suppress(FileNotFoundError):
            shutil.copyfile(source / name, new / name)
    if not whole(new, digest):
        shutil.rmtree(new)
        return False
    return True


def _downloaded(new: Path, digest: str, run: str, settings: Settings) -> None:
    if not run:
        raise _gone(digest, "its run isn't known any more")
    client = asking.connected(settings)
    try:
        there = {one.path for one in client.list_artifacts(run, ARTEFACT)}
        if f"{ARTEFACT}/{bundles.CARD}" not in there:
            raise _gone(digest, f"run {run[:8]} doesn't have it among its artefacts any more")
        _download(f"{client.get_run(run).info.artifact_uri}/{ARTEFACT}", new.parent, settings)
    except asking.theirs() as error:
        raise _meant(error, digest, run, settings) from error
    if not whole(new, digest):
        raise _gone(digest, f"what run {run[:8]} has among its artefacts is damaged")


def _download(uri: str, into: Path, settings: Settings) -> None:
    from mlflow.artifacts import download_artifacts

    # by the place and not by the run: then MLflow says what went wrong
    download_artifacts(artifact_uri=uri, dst_path=str(into), tracking_uri=store.uri(settings))


def _meant(error: Exception, digest: str, run: str, settings: Settings) -> StudioError:
    """What MLflow raised at a download: of many files, each with its own words."""
    said = str(error).lower()
    if any(words in said for words in _FULL):
        return StorageError(
            f"The disk is full: {shelf(settings)} can't be written. Free some space and try again.",
            "disk-full",
        )
    if asking.missing(error) or any(words in said for words in _LOST):
        return _gone(digest, f"files of run {run[:8]} are missing")
    return asking.told(error, settings)


def _gone(digest: str, why: str) -> StudioError:
    return StudioError(
        f"The bundle {digest[:8]} can't be fetched: {why}. Restore the files, or choose another version.",
        "bundle-gone",
    )


def _sweep(settings: Settings, but: Path) -> None:
    """Clear away what killed ones left; what is being fetched now is locked, and stays."""
    for part in shelf(settings).glob(f".*{_PART}"):
        target = part.with_name(part.name.removeprefix(".").removesuffix(_PART))
        if target != but and DIGEST.fullmatch(target.name):
            with suppress(StudioError), locked(_lock(target), 0.0, "it is being fetched"):
                shutil.rmtree(part, ignore_errors=True)


def _lock(target: Path) -> Path:
    return target.with_name(f".{target.name}{_LOCK}")
