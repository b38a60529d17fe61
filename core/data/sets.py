"""Which data sets there are. A set is listed when it is whole, and not before."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from core.config.settings import Settings
from core.data import catalog
from core.errors import DataError
from core.storage import writing

MOST_LETTERS = 100


def folder(name: str, settings: Settings) -> Path:
    """Where a data set lies, or would.

    Raises:
        DataError: The name is none a folder can have.
    """
    if not _usable(name):
        raise DataError(
            f"\"{name}\" can't be a data set's name. Use letters, digits, - and _, at most {MOST_LETTERS}.",
            "bad-name",
        )
    return settings.var / "data" / name


def names(settings: Settings) -> list[str]:
    """Every set, sorted; a folder whose name none can have is none."""
    found = (path.parent.name for path in (settings.var / "data").glob(f"*/{catalog.FILE}"))
    return sorted(name for name in found if _usable(name))


def remove(name: str, settings: Settings) -> None:
    """Delete a set, pixels and all.

    Raises:
        DataError: There is none, or something is being done with it.
    """
    target = folder(name, settings)
    with locked(name, settings):
        if not target.is_dir():
            raise catalog.missing(target)
        with workplace(name, settings) as work:
            # renamed first: a kill while files go leaves no half set in the list
            target.replace(work / name)


def _usable(name: str) -> bool:
    plain = name.replace("-", "").replace("_", "").replace(".", "")
    return plain.isascii() and plain.isalnum() and not name.startswith(".") and len(name) <= MOST_LETTERS


@contextmanager
def locked(name: str, settings: Settings) -> Iterator[None]:
    """Alone with a set. A process that is killed lets go of it.

    Raises:
        DataError: Another process is at it.
        StorageError: Nothing can be written here.
    """
    target = folder(name, settings)
    with writing(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle = (target.parent / f".{name}.lock").open("w")
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataError(
                f"The data set {name} is being worked on right now. Wait until that has ended.", "busy"
            ) from None
        yield


@contextmanager
def workplace(name: str, settings: Settings) -> Iterator[Path]:
    """A hidden folder beside a set that goes away in the end; what killed runs left goes first.

    Only for who has the set `locked`.
    """
    place = settings.var / "data"
    for left in place.glob(".*~*"):
        _sweep(left, name, settings)
    with tempfile.TemporaryDirectory(prefix=f".{name}~", dir=place, ignore_cleanup_errors=True) as made:
        yield Path(made)


def _sweep(left: Path, name: str, settings: Settings) -> None:
    """Delete a workplace, unless another process is at work in it."""
    owner = left.name[1:].partition("~")[0]
    if not _usable(owner):
        return
    try:
        with nullcontext() if owner == name else locked(owner, settings):
            shutil.rmtree(left, ignore_errors=True)
    except DataError:
        return
