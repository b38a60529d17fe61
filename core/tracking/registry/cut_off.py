"""Whether a decision here was cut off: a file that is there while one is made, seen without MLflow."""

import time
from pathlib import Path

from core.config.settings import Settings
from core.storage import writing
from core.tracking.registry.in_use import shelf

_FILE = ".deciding"
_LONG_S = 30.0
"""After which nobody is at it any more."""


def begin(settings: Settings) -> None:
    """Say that a decision is about to be made.

    Raises:
        StorageError: The disk is full or can't be written to.
    """
    with writing(shelf(settings)):
        _mark(settings).touch()


def end(settings: Settings) -> None:
    """Say that what servers read is what was decided."""
    with writing(shelf(settings)):
        _mark(settings).unlink(missing_ok=True)


def seen(settings: Settings) -> bool:
    """Whether a decision was begun a while ago and never ended."""
    try:
        return time.time() - _mark(settings).stat().st_mtime > _LONG_S
    except OSError:
        return False


def _mark(settings: Settings) -> Path:
    return shelf(settings) / _FILE
