"""Brings a public file from Google Drive, by gdown."""

import errno
import shutil
import threading
import zipfile
import zlib
from pathlib import Path
from typing import Any

from core.data.fetching import asking, delivery
from core.data.fetching.asking import PATIENT, Patience
from core.data.fetching.meter import Meter
from core.errors import DataError, LimitError, StorageError
from core.storage import writing

PARTS = "drive"


class _ChangedError(Exception):
    """The part that is here belongs to another file than the one there is now."""


def bring(identity: str, folder: Path, meter: Meter, patience: Patience = PATIENT) -> Path:
    """Bring a file below ``folder/drive``; goes on from the part that is there.

    Args:
        identity: The file's id.
        folder: Of this download alone; exists.
        meter: Told of each chunk.
        patience: Waits and tries.

    Returns:
        The file, under the name it has on Drive.

    Raises:
        DataError: Drive can't be reached, breaks off, or doesn't hand the file out.
        LimitError: The file is too large.
        StorageError: The disk is full or can't be written to.
    """
    try:
        with writing(folder):
            return _resumed(identity, folder, meter, patience) or _download(identity, folder, meter, patience)
    except _ChangedError:
        raise _broken(identity, folder) from None
    except (StorageError, LimitError):
        # a full disk must not stay full of what can't be ended
        drop(folder)
        raise


def drop(folder: Path) -> None:
    """Forget what is there of a file."""
    shutil.rmtree(folder / PARTS, ignore_errors=True)


def _resumed(identity: str, folder: Path, meter: Meter, patience: Patience) -> Path | None:
    """The file, if there is a part of it that its rest fits to; else the part is gone."""
    if not any((folder / PARTS).glob("*")):
        return None
    try:
        path = _download(identity, folder, meter, patience)
        if _sound(path):
            return path
    except _ChangedError:
        pass
    drop(folder)
    return None


def _download(identity: str, folder: Path, meter: Meter, patience: Patience) -> Path:
    import requests
    import urllib3
    from gdown import exceptions

    cancel = threading.Event()
    # Drive's pages can lead from one to the next without end
    watch = threading.Timer(patience.tries * (patience.connect + patience.silent), cancel.set)
    watch.daemon = True
    watch.start()
    try:
        return _run(identity, folder, meter, patience, cancel, watch)
    except exceptions.FileURLRetrievalError as error:
        raise _withheld(identity, str(error)) from None
    except exceptions.DownloadCancelled:
        raise _withheld(identity) from None
    except exceptions.DownloadError as error:
        # gdown's words where a server didn't go on from where the part ends
        if "byte range" in str(error):
            raise _ChangedError from None
        raise _broken(identity, folder) from None
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError):
        raise _broken(identity, folder) from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise asking.no_certificates() from None
    except (KeyError, AssertionError):
        # gdown's, where a page is built as none it knows
        raise _withheld(identity) from None
    finally:
        watch.cancel()


def _run(
    identity: str,
    folder: Path,
    meter: Meter,
    patience: Patience,
    cancel: threading.Event,
    watch: threading.Timer,
) -> Path:
    def hook(got: int, total: int | None) -> None:
        if not watch.finished.is_set():
            watch.cancel()
            _begin(identity, folder)
            meter.start(got, total)
        meter.at(got)

    place = folder / PARTS
    place.mkdir(exist_ok=True)
    how = {
        "id": identity, "quiet": True, "use_cookies": False, "resume": True, "progress": hook,
        "cancel": cancel, "timeout": (patience.connect, patience.silent), "retries": patience.tries - 1,
    }  # fmt: skip
    return _named(identity, place, how)


def _named(identity: str, place: Path, how: dict[str, Any]) -> Path:
    """The download under its own name, or by its id where no file system can have that name."""
    import gdown

    try:
        return Path(gdown.download(output=f"{place}/", **how))
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        return Path(gdown.download(output=str(place / f"{identity}.zip"), **how))


def _begin(identity: str, folder: Path) -> None:
    """Refuse early what is no zip."""
    for part in (folder / PARTS).glob("*.part"):
        with part.open("rb") as stream:
            head = stream.read(4096)
        if len(head) >= 4:
            delivery.begins(head, "", _shown(identity))


def _sound(path: Path) -> bool:
    """Whether the parts of a resumed file belong together."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        return False


def _shown(identity: str) -> str:
    return f"https://drive.google.com/file/d/{identity}/view"


def _withheld(identity: str, words: str = "") -> DataError:
    if "too many" in words.lower() and "viewed or downloaded" in words.lower():
        return DataError(
            f"Google Drive hands out {_shown(identity)} to nobody for now: too many people fetched it. "
            f"Try again tomorrow, or open it in a browser, download the zip there, and ingest the file.",
            "quota",
        )
    return DataError(
        f"Google Drive sent a web page instead of {_shown(identity)}: the file may be gone, not shared with "
        f"anyone who has the link, or fetched too often today. {delivery.IN_A_BROWSER}",
        "page",
    )


def _broken(identity: str, folder: Path) -> DataError:
    going_on = ", which goes on from what is here" if any((folder / PARTS).glob("*")) else ""
    return DataError(
        f"{_shown(identity)} can't be fetched: Google Drive can't be reached, or the connection broke off. "
        f"Check the network and try again{going_on}.",
        "broken-off",
    )
