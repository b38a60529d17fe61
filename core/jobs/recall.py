"""Records of finished jobs, kept in memory as long as their files stay as they were."""

import os
from pathlib import Path

from core.jobs.job import Job

_MOST = 10_000
"""Records kept; more are forgotten all at once."""

Mark = tuple[int, int, int]
"""What changes whenever a file is replaced."""
_known: dict[str, tuple[Mark, Job]] = {}


def mark(path: str | Path) -> Mark:
    """What tells a file from what replaces it.

    Raises:
        OSError: It can't be looked at.
    """
    seen = os.stat(path)  # noqa: PTH116 (of a thousand files, several times a second)
    return seen.st_ino, seen.st_mtime_ns, seen.st_size


def finished(path: str) -> Job | None:
    """The finished job that a record's file held when it was last read, if it is the same file still."""
    known = _known.get(path)
    try:
        return known[1] if known and known[0] == mark(path) else None
    except OSError:
        return None


def remember(path: str, then: Mark, job: Job) -> None:
    """Keep what a record's file held; only of a finished job, which changes no more but by a resume."""
    if job.finished:
        if len(_known) >= _MOST:
            _known.clear()
        _known[path] = (then, job)
