"""Writing so that a kill leaves the old or the new, never half, and a disk that refuses is a sentence."""

import ctypes
import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from core.errors import StorageError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_REFUSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_BROKEN = frozenset(
    {errno.EIO, errno.EEXIST, errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.ESTALE}
)
_EXCHANGE = 2
"""RENAME_EXCHANGE of renameat2(2)."""
_HERE = -100
"""AT_FDCWD."""


def write_text(target: Path, text: str) -> None:
    """Replace a file's text in one step.

    Args:
        target: The file; its folder exists.
        text: All of it.

    Raises:
        StorageError: The disk is full or can't be written to.
    """
    part = target.with_name(f".{target.name}.part")
    with writing(target.parent), _alone(part) as stream:
        try:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
            part.replace(target)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise


def put(new: Path, target: Path) -> None:
    """Put a finished folder in a place; what was there ends up where the new one came from.

    Args:
        new: The folder.
        target: Where it belongs, on the same file system; may be taken.
    """
    if not target.exists():
        new.replace(target)
    elif not _exchange(new, target):
        # no other way here: a kill between the two leaves the place empty and both folders whole
        old = new.with_name(f"{new.name}.old")
        target.replace(old)
        new.replace(target)
        old.replace(new)


def settle(folder: Path) -> None:
    """Wait until all that was written is on the disk, so that losing power later loses none of it.

    Args:
        folder: Its file system is meant.

    Raises:
        OSError: The disk refuses.
    """
    call = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    handle = os.open(folder, os.O_RDONLY)
    try:
        if call is None:
            os.sync()
        elif call(handle) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    finally:
        os.close(handle)


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """What a disk refuses inside becomes a sentence.

    Args:
        place: What to name in it.

    Raises:
        StorageError: The disk is full, broken or can't be written to.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageError(
                f"The disk is full: {place} can't be written. Free some space and try again.", "disk-full"
            ) from None
        if error.errno in _REFUSED:
            raise StorageError(
                f"{place} can't be written to. Allow it, or name another folder with KCS_VAR.", "read-only"
            ) from None
        if error.errno in _BROKEN:
            raise StorageError(
                f"{place} can't be used: {os.strerror(error.errno)}. Mend it, or name another folder with "
                "KCS_VAR.",
                "disk-broken",
            ) from None
        raise


@contextmanager
def _alone(part: Path) -> Iterator[TextIO]:
    """An empty file that one writer has at a time. It has one name, so a kill leaves one at most."""
    while True:
        stream = part.open("a", encoding="utf-8", newline="")
        fcntl.flock(stream, fcntl.LOCK_EX)
        if _names(part, stream):
            break
        # the one before has put it in its place meanwhile
        stream.close()
    with stream:
        stream.truncate(0)
        os.fchmod(stream.fileno(), 0o644)
        yield stream


def _names(path: Path, stream: TextIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(stream.fileno()))
    except FileNotFoundError:
        return False


def _exchange(first: Path, second: Path) -> bool:
    """Let two names change places at once, where the system can."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    done = call(_HERE, os.fsencode(first), _HERE, os.fsencode(second), ctypes.c_uint(_EXCHANGE))
    return bool(done == 0)
