"""What trainings keep to be faster the next time: squares and features, below var/features/DATASET.

All of it can be computed again. Squares are pixels of slices, so they go with their data set.
"""

import hashlib
import inspect
import json
import logging
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

from core.config.settings import Settings
from core.data import sets
from core.data.manifest import Row

MOST_BYTES = 24 * 1024**3
"""That all of it may take; what was used longest ago goes first."""
_LIBRARIES = ("opencv-python-headless", "pydicom", "ai-edge-litert")

_log = logging.getLogger(__name__)


def place(dataset: str, settings: Settings) -> Path:
    """Where what belongs to a data set is kept."""
    return settings.var / "features" / dataset


def disk_use(settings: Settings) -> dict[str, int]:
    """Bytes that are kept, by data set."""
    folders = [one for one in (settings.var / "features").glob("*") if one.is_dir()]
    return {one.name: sum(_size(path) for path in one.iterdir()) for one in sorted(folders)}


def clear(dataset: str, settings: Settings) -> int:
    """Delete what is kept of a data set; a training that is at it computes what it misses again.

    Returns:
        The bytes that were kept.
    """
    freed = disk_use(settings).get(dataset, 0)
    shutil.rmtree(place(dataset, settings), ignore_errors=True)
    return freed


def tidy(settings: Settings, but: str, most: int = MOST_BYTES) -> None:
    """Delete what is kept of data sets that are gone, and what was used longest ago where it is too much.

    Args:
        settings: Where it is kept.
        but: The data set at work, kept wherever its slices lie.
        most: Bytes that may stay.
    """
    there = {*sets.names(settings), but}
    for dataset in disk_use(settings).keys() - there:
        _log.info("what was kept of the data set %s goes with it", dataset)
        clear(dataset, settings)
    files = sorted((settings.var / "features").glob("*/*"), key=_used, reverse=True)
    kept = 0
    for path in files:
        kept += _size(path)
        if kept > most:
            _log.info("%s was used longest ago and makes room", path)
            with suppress(OSError):
                path.unlink()


def key(parts: Iterable[Any]) -> str:
    """A name for what depends on these, of values that JSON has."""
    return hashlib.sha256(json.dumps(list(parts)).encode()).hexdigest()[:32]


def of_rows(rows: Sequence[Row]) -> str:
    """SHA-256 (hex) of which slices there are, in their order."""
    return hashlib.sha256("".join(row.sha256 for row in rows).encode()).hexdigest()


@lru_cache(maxsize=8)
def code(modules: tuple[ModuleType, ...]) -> str:
    """SHA-256 (hex) of modules' source and of the libraries that do the arithmetic."""
    found = hashlib.sha256()
    for module in modules:
        found.update(Path(inspect.getfile(module)).read_bytes())
    found.update(" ".join(version(name) for name in _LIBRARIES).encode())
    return found.hexdigest()


def _size(path: Path) -> int:
    try:
        return path.stat().st_blocks * 512
    except OSError:
        return 0


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
