"""One predictor per bundle in a process, shared by every session of the page and by the API."""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakValueDictionary

from core.inference.predictor import Predictor
from core.models.bundle import CARD, KERAS, LITERT, REFERENCE, load

KEPT = 3
Stamp = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    stamp: Stamp
    predictor: Predictor


class _Door:
    """Whom a bundle's callers wait behind while one of them loads it."""

    __slots__ = ("__weakref__", "lock")

    def __init__(self) -> None:
        self.lock = threading.Lock()


_lock = threading.Lock()
_kept: OrderedDict[tuple[Path, int], _Kept] = OrderedDict()
_doors: WeakValueDictionary[tuple[Path, int], _Door] = WeakValueDictionary()


def predictor(path: Path, threads: int = 2) -> Predictor:
    """The predictor of a bundle; loaded on the first call, and verified again when its files change.

    While one bundle is loaded, callers of others don't wait.

    Args:
        path: The bundle's folder.
        threads: Threads of one forward pass.

    Raises:
        BundleError: It is missing, damaged, or of a newer format. Asked again, it is tried again.
    """
    key = (path.resolve(), threads)
    with _lock:
        door = _doors.get(key) or _doors.setdefault(key, _Door())
    with door.lock:
        now = stamp(path)
        with _lock:
            before = _kept.get(key)
        if before is None or before.stamp != now or before.predictor.bundle.digest != _fingerprint(path):
            before = _Kept(now, _consistent(path, threads, before.predictor if before else None))
        with _lock:
            _kept[key] = before
            _kept.move_to_end(key)
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
        return before.predictor


def stamp(path: Path) -> Stamp:
    """What changes when a bundle's files do, read without opening one.

    Args:
        path: The bundle's folder; may be missing.
    """
    return tuple(_stamp(path / name) for name in (CARD, LITERT, REFERENCE, KERAS))


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError as error:
        return (error.errno or 0,)
    return found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size


def _consistent(path: Path, threads: int, before: Predictor | None) -> Predictor:
    """A predictor all of whose files are of one bundle, even where it is replaced meanwhile."""
    while True:
        found = load(path)
        # only touched: what is in memory is what lies there
        same = before is not None and before.bundle.digest == found.digest
        made = before if before is not None and same else Predictor(found, threads)
        if found.digest == _fingerprint(path):
            return made


def _fingerprint(path: Path) -> str:
    """The card's digest, which covers every file's; empty where it can't be read."""
    try:
        return hashlib.sha256((path / CARD).read_bytes()).hexdigest()
    except OSError:
        return ""
