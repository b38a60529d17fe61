"""One at a time on this machine, over processes and threads; a killed one lets go."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import StudioError
from core.storage import writing

_LOOK_S = 0.05


@contextmanager
def locked(path: Path, wait_s: float, busy: str) -> Iterator[None]:
    """Alone with a file's name.

    Args:
        path: The lock's file; it stays, empty.
        wait_s: Seconds to try; 0 looks once.
        busy: What to say where another one has it all that time.

    Raises:
        StudioError: Another one has it, code ``"busy"``.
        StorageError: The file can't be made.
    """
    with writing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("ab")
    with stream:
        end = time.monotonic() + wait_s
        while not _taken(stream.fileno()):
            if time.monotonic() >= end:
                raise StudioError(busy, "busy")
            time.sleep(_LOOK_S)
        yield


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
