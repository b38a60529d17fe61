"""Arrays that take minutes to compute, kept on the disk chunk by chunk: a kill costs one chunk.

While it grows, a file holds a .npy's header and rows, and behind them a digest of each finished chunk. A
chunk counts as done when its rows have that digest, so what a kill or a lost disk cache tore is computed
again. The whole file is renamed into its place, digests and all; NumPy reads no further than the rows.
"""

import errno
import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.storage import writing
from core.training.inputs.rate import Rate

CHUNK = 256
"""Rows."""
_DIGEST = 16
"""Bytes."""
_HEADER = 128
"""Bytes of a .npy's header for any array of up to four axes."""
_WAIT_S = 0.3
_TELL_S = 0.2
_NONE = (ValueError, EOFError, SyntaxError, TokenError)
"""What NumPy raises for a file that is no .npy."""
_NO_RESERVING = frozenset({errno.EOPNOTSUPP, errno.EINVAL})

Array = NDArray[Any]
Make = Callable[[range], Iterable[Array]]
Tell = Callable[[str, float], None]


def array(path: Path, count: int, make: Make, tell: Tell, unit: str = "slices") -> Array:
    """An array that is kept in a file; computed where it isn't, and taken up where a run was killed.

    Args:
        path: The .npy; what it depends on is in its name. Two processes compute it once: one waits.
        count: Rows, at least 1.
        make: Gives the rows of a range, in order; all of one shape and type.
        tell: Told how far it is, in words with the speed and the time left, and as a share. May raise
            to stop: what was finished is kept.
        unit: What a row is made of, in those words.

    Returns:
        (count, ...), mapped from the file, read-only.

    Raises:
        StorageError: The disk is full or can't be written to.
    """
    with writing(path.parent):
        while (found := kept(path, count)) is None:
            # in here again and again: the folder may be cleared meanwhile
            path.parent.mkdir(parents=True, exist_ok=True)
            with _alone(path) as handle:
                if handle is None:
                    tell("waiting for another run that computes the same", 0.0)
                    time.sleep(_WAIT_S)
                elif not path.is_file():
                    _complete(handle, count, make, _Told(tell, count, unit))
                    with suppress(FileNotFoundError):
                        _part(path).replace(path)
    return found


def kept(path: Path, count: int) -> Array | None:
    """An array that was finished earlier, mapped from its file, read-only; None where there is none.

    Args:
        path: The .npy; deleted if it isn't whole.
        count: Rows it must have.
    """
    try:
        found: Array = np.load(path, mmap_mode="r")
    except FileNotFoundError:
        return None
    except _NONE:
        found = np.empty(0)
    if found.ndim and len(found) == count:
        # used now: what was used longest ago goes first when there is too much
        with suppress(OSError):
            os.utime(path)
        return found
    path.unlink(missing_ok=True)
    return None


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


@contextmanager
def _alone(path: Path) -> Iterator[int | None]:
    """The growing file, or None while another process has it; a kill lets go of it."""
    part = _part(path)
    handle = os.open(part, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        mine = _locked(handle) and _names(part, handle)
        yield handle if mine else None
        if mine:
            _drop_empty(part, handle)
    except OSError:
        _drop_empty(part, handle)
        raise
    finally:
        os.close(handle)


def _drop_empty(part: Path, handle: int) -> None:
    if os.fstat(handle).st_size == 0:
        with suppress(OSError):
            part.unlink()


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _names(path: Path, handle: int) -> bool:
    """Whether a file still has that name: who had it before may have put it in its place."""
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things are in a file.

    Attributes:
        dtype: Of the rows.
        shape: With the number of rows.
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    def rows(self, some: range) -> tuple[int, int]:
        """Where rows begin, and their length; bytes."""
        each = self.dtype.itemsize * int(np.prod(self.shape[1:]))
        return _HEADER + each * some.start, each * len(some)

    def digest(self, chunk: int) -> int:
        """Where a chunk's digest is."""
        begin, length = self.rows(range(self.shape[0]))
        return begin + length + chunk * _DIGEST

    def header(self) -> bytes:
        """A .npy's, of version 1.0."""
        fields = {
            "descr": np.lib.format.dtype_to_descr(self.dtype), "fortran_order": False, "shape": self.shape,
        }  # fmt: skip
        text = repr(fields).encode("latin1")
        room = _HEADER - len(np.lib.format.magic(1, 0)) - 2
        return np.lib.format.magic(1, 0) + room.to_bytes(2, "little") + text.ljust(room - 1) + b"\n"


class _Told:
    """Tells a few times a second, and of each finished chunk."""

    def __init__(self, tell: Tell, count: int, unit: str) -> None:
        self._tell, self._count, self._unit = tell, count, unit
        self._rate: Rate | None = None
        self._last = 0.0

    def __call__(self, done: int, kept: bool = False) -> None:
        self._rate = self._rate or Rate(self._count, done, self._unit)
        now = time.monotonic()
        if kept or now - self._last >= _TELL_S:
            self._last = now
            self._tell(self._rate.words(done), done / self._count)


def _complete(handle: int, count: int, make: Make, told: _Told) -> None:
    chunks = [range(first, min(first + CHUNK, count)) for first in range(0, count, CHUNK)]
    layout = _read(handle, count)
    missing = [number for number, some in enumerate(chunks) if not _whole(handle, layout, number, some)]
    done = count - sum(len(chunks[number]) for number in missing)
    told(done, kept=True)
    for number in missing:
        rows = []
        for row in make(chunks[number]):
            rows.append(row)
            told(done + len(rows))
        block = np.stack(rows)
        layout = layout or _begin(handle, block.dtype, (count, *block.shape[1:]), len(chunks))
        _put(handle, layout.rows(chunks[number])[0], block.tobytes())
        _put(handle, layout.digest(number), _digest(number, block.tobytes()))
        done += len(rows)
        told(done, kept=True)
    os.fsync(handle)


def _begin(handle: int, dtype: np.dtype[Any], shape: tuple[int, ...], chunks: int) -> _Layout:
    """Lay an empty file out, its whole length taken from the disk: a full one is found now."""
    layout = _Layout(dtype, shape)
    os.ftruncate(handle, 0)
    try:
        os.posix_fallocate(handle, 0, layout.digest(chunks))
    except OSError as error:
        if error.errno not in _NO_RESERVING:
            os.ftruncate(handle, 0)
            raise
    _put(handle, 0, layout.header())
    return layout


def _read(handle: int, count: int) -> _Layout | None:
    """How a file that a run left is laid out; None if it can't be told."""
    head = os.pread(handle, _HEADER, 0)
    try:
        with os.fdopen(os.dup(handle), "rb") as stream:
            stream.seek(0)
            np.lib.format.read_magic(stream)
            shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    except _NONE:
        return None
    layout = _Layout(dtype, shape)
    return layout if shape[:1] == (count,) and head == layout.header() else None


def _whole(handle: int, layout: _Layout | None, number: int, some: range) -> bool:
    if layout is None:
        return False
    begin, length = layout.rows(some)
    kept = os.pread(handle, _DIGEST, layout.digest(number))
    return kept == _digest(number, os.pread(handle, length, begin))


def _digest(number: int, rows: bytes) -> bytes:
    return hashlib.blake2b(rows, digest_size=_DIGEST, salt=number.to_bytes(8, "little")).digest()


def _put(handle: int, at: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        done = os.pwrite(handle, left, at)
        at, left = at + done, left[done:]
