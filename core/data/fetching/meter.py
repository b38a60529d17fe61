"""Watches a download: how far it is, whether it grows too large, whether the disk has room for it."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from core.data.unpack import MOST_BYTES
from core.errors import LimitError, StorageError

Progress = Callable[[str, float], None]
"""Told what is being done and how far it is, 0..1."""
_MB = 1024**2
_EVERY = 0.25
"""Seconds between two tellings."""


class Meter:
    """Tells how far a download is, and stops it where it must not go on."""

    def __init__(self, shown: str, folder: Path, progress: Progress, most: int = MOST_BYTES) -> None:
        """Nothing is told before the first `start`.

        Args:
            shown: The address, as a person may see it.
            folder: Where the bytes go.
            progress: Who to tell.
            most: Bytes that a download may have.
        """
        self._shown, self._folder, self._progress, self._most = shown, folder, progress, most
        self._total: int | None = None
        self._share = 0.0
        self._began, self._had, self._told = 0.0, 0, 0.0

    def start(self, have: int, total: int | None) -> None:
        """A server begins to send.

        Args:
            have: Bytes that were here before.
            total: Bytes of the whole, where announced.

        Raises:
            LimitError: It is more than is allowed.
            StorageError: The disk has no room for it.
        """
        self._total, self._had, self._began, self._told = total, have, time.monotonic(), 0.0
        self._allow(total or have)
        free = shutil.disk_usage(self._folder).free
        if total is not None and total - have > free:
            raise StorageError(
                f"{self._shown} needs {size(total - have)}, and {size(free)} are free in {self._folder}. "
                f"Free some space and try again.",
                "disk-full",
            )
        self.at(have)

    def at(self, got: int) -> None:
        """So many bytes are here.

        Raises:
            LimitError: More than is allowed.
        """
        self._allow(got)
        self._share = got / self._total if self._total else 0.0
        now = time.monotonic()
        if now - self._told >= _EVERY or got == self._total:
            self._told = now
            self._progress(self._words(got, now), self._share)

    def waits(self, why: str) -> None:
        """A try failed, and there will be another."""
        self._progress(f"downloading: {why}; trying again", self._share)

    def _words(self, got: int, now: float) -> str:
        if not self._total:
            return f"downloading: {size(got)}"
        words, speed = f"downloading: {size(got)} of {size(self._total)}", got - self._had
        if now - self._began < 1 or not speed or got == self._total:
            return words
        return f"{words}, {lasting((self._total - got) * (now - self._began) / speed)} left"

    def _allow(self, count: int) -> None:
        if count > self._most:
            raise LimitError(
                f"{self._shown} is larger than the {size(self._most)} that are allowed. "
                f"Ingest a smaller part of it.",
                "too-large",
            )


def size(count: int) -> str:
    """Bytes as a person reads them: ``12.3 MB``."""
    if count < _MB:
        return f"{count:,} bytes" if count < 10_000 else f"{count / 1024:,.0f} KB"
    return f"{count / _MB:,.1f} MB" if count < 10_000 * _MB else f"{count / 1024**3:,.1f} GB"


def lasting(seconds: float) -> str:
    """A time as a person reads it: ``40 s``, ``3 min``, ``2.5 h``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
