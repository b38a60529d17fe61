"""Fetches a zip from an https address or Google Drive into a folder that survives a kill."""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.config.settings import Settings
from core.data.fetching import address as addresses
from core.data.fetching import delivery, drive, part, transfer
from core.data.fetching.address import canonical, is_address
from core.data.fetching.asking import PATIENT, Patience
from core.data.fetching.meter import Meter, Progress
from core.data.unpack import MOST_BYTES
from core.errors import DataError
from core.storage import writing

__all__ = ["PATIENT", "Patience", "canonical", "fetch", "forget", "is_address", "remove_leftovers"]

DOWNLOADS = ".downloads"
DAYS = 7
_LOCK = "lock"


def fetch(
    address: str,
    settings: Settings,
    progress: Progress,
    *,
    sha256: str = "",
    patience: Patience = PATIENT,
    most: int = MOST_BYTES,
) -> Path:
    """Bring a zip here; goes on from what a killed run left, and asks for nothing that is here already.

    Args:
        address: An https URL (http on this machine), a Google Drive link, or the id of a file there.
        settings: Where it goes.
        progress: Told how far it is; what it raises stops the download and keeps the part.
        sha256: The digest it must have, hex; any if empty.
        patience: Waits and tries.
        most: Bytes it may have.

    Returns:
        The zip in ``var/data/.downloads/<key of the address>/``, under the name it has there. `forget` it
        once it is unpacked.

    Raises:
        DataError: It can't be reached, is withheld, is no whole zip, or another process fetches it.
        InputError: It is no address that may be fetched from.
        LimitError: It is larger than `most`.
        StorageError: The disk is full or can't be written to.
    """
    url = canonical(address)
    with _alone(_folder(url, settings), addresses.shown(url)) as folder:
        for whole in folder.glob("*.zip"):
            if not sha256 or _digest(whole) == sha256.lower():
                return whole
            whole.unlink()
        meter = Meter(addresses.shown(url), folder, progress, most)
        came, name = _bring(address, folder, meter, patience)
        try:
            delivery.check(came, addresses.shown(url), sha256)
        except DataError:
            _clear(folder)
            raise
        whole = folder / addresses.safe_name(name)
        came.replace(whole)
        _clear(folder)
        return whole


def forget(address: str, settings: Settings) -> None:
    """Remove what was fetched from an address; another process that is at it keeps it."""
    _remove(_folder(canonical(address), settings))


def remove_leftovers(settings: Settings, days: float = DAYS) -> int:
    """Remove downloads, whole or not, that nobody asked for in a while.

    Args:
        settings: Where they are.
        days: How long they stay.

    Returns:
        How many were removed.
    """
    place = settings.var / "data" / DOWNLOADS
    found = [folder for folder in place.glob("*") if folder.is_dir()]
    return sum(_remove(folder) for folder in found if time.time() - _asked(folder) > days * 86_400)


def _bring(address: str, folder: Path, meter: Meter, patience: Patience) -> tuple[Path, str]:
    """The file as it came, and its name."""
    identity = addresses.drive_id(address)
    if identity:
        path = drive.bring(identity, folder, meter, patience)
        return path, path.name
    state = transfer.transfer(address, folder, meter, patience)
    return folder / part.PART, state.name


def _folder(url: str, settings: Settings) -> Path:
    return settings.var / "data" / DOWNLOADS / hashlib.sha256(url.encode("utf-8")).hexdigest()[:32]


@contextmanager
def _alone(folder: Path, shown: str) -> Iterator[Path]:
    """Alone with a download. A process that is killed lets go of it."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / _LOCK).open("a")
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(shown) from None
        if os.fstat(handle.fileno()).st_nlink == 0:
            raise _busy(shown)
        with writing(folder):
            os.utime(folder / _LOCK)
            yield folder


def _busy(shown: str) -> DataError:
    return DataError(
        f"{shown} is being fetched right now. Wait until that has ended, then try again.", "busy"
    )


def _remove(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    try:
        with _alone(folder, folder.name):
            shutil.rmtree(folder)
    except DataError:
        return False
    return True


def _clear(folder: Path) -> None:
    """Remove what only an unfinished download needs."""
    drive.drop(folder)
    part.drop(folder)


def _asked(folder: Path) -> float:
    """When a download was last asked for, in seconds since 1970."""
    lock = folder / _LOCK
    return (lock if lock.exists() else folder).stat().st_mtime


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
