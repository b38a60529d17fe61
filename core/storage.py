"""Writing so that a kill leaves the old or the new, never half, and a disk that refuses is a sentence."""

import ctypes
import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.errors import StorageError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_REFUSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
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
    with writing(target.parent):
        handle, part = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            Path(part).chmod(0o644)
            Path(part).replace(target)
        except BaseException:
            with suppress(OSError):
                Path(part).unlink()
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


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """What a disk refuses inside becomes a sentence.

    Args:
        place: What to name in it.

    Raises:
        StorageError: The disk is full or can't be written to.
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
        raise


def _exchange(first: Path, second: Path) -> bool:
    """Let two names change places at once, where the system can."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    done = call(_HERE, os.fsencode(first), _HERE, os.fsencode(second), ctypes.c_uint(_EXCHANGE))
    return bool(done == 0)
