"""One predictor per bundle in a process, shared by every session of the page and by the API."""

import hashlib
import threading
from collections import OrderedDict
from pathlib import Path

from core.inference.predictor import Predictor
from core.models.bundle import CARD, load

KEPT = 3
_lock = threading.Lock()
_loaded: OrderedDict[tuple[Path, str, int], Predictor] = OrderedDict()


def predictor(path: Path, threads: int = 2) -> Predictor:
    """The predictor of a bundle; loaded on the first call, and again when the bundle changes.

    Args:
        path: The bundle's folder.
        threads: Threads of one forward pass.

    Raises:
        BundleError: It is missing, damaged, or of a newer format. Asked again, it is tried again.
    """
    with _lock:
        key = (path.resolve(), _fingerprint(path), threads)
        if key not in _loaded:
            made = _consistent(path, threads)
            key = (key[0], made.bundle.digest, threads)
            _loaded[key] = made
            while len(_loaded) > KEPT:
                _loaded.popitem(last=False)
        _loaded.move_to_end(key)
        return _loaded[key]


def _consistent(path: Path, threads: int) -> Predictor:
    """A predictor all of whose files are of one bundle, even where it is replaced meanwhile."""
    made = Predictor(load(path), threads)
    while made.bundle.digest != _fingerprint(path):
        made = Predictor(load(path), threads)
    return made


def _fingerprint(path: Path) -> str:
    """The card's digest, which covers every file's; empty where it can't be read."""
    try:
        return hashlib.sha256((path / CARD).read_bytes()).hexdigest()
    except OSError:
        return ""
