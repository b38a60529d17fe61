"""Records of finished jobs, kept in memory as long as their files stay as they were."""

from pathlib import Path

from core.jobs.job import Job

_MOST = 10_000
"""Records kept; more are forgotten all at once."""

_Mark = tuple[int, int, int]
_known: dict[Path, tuple[_Mark, Job]] = {}


def mark(path: Path) -> _Mark:
    """What changes whenever a file is replaced.

    Raises:
        OSError: It can't be looked at.
    """
    seen = path.stat()
    return seen.st_ino, seen.st_mtime_ns, seen.st_size


def recall(path: Path, now: _Mark) -> Job | None:
    """The finished job that a file held when it was last read, if it is the same file still."""
    then, job = _known.get(path, (None, None))
    return job if then == now else None


def remember(path: Path, then: _Mark, job: Job) -> None:
    """Keep a job that a file held; only a finished one, whose record changes no more but by a resume."""
    if job.finished:
        if len(_known) >= _MOST:
            _known.clear()
        _known[path] = (then, job)
