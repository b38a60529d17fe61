"""Why a worker that vanished did so, as far as its exit status and its log tell."""

import re
import signal
from collections.abc import Sequence
from typing import Final

from core.jobs import process
from core.jobs.job import Job

ASKED = "Cancelled, as asked."
TOLD = "Stopped from outside: by the system, or by a person at its process. Start the job again."
MARK = "=== started "
"""What a line of the log begins with where a worker was started; what comes before is another one's."""
_LAST = 3
"""Lines of the log that a sentence quotes."""
_LETTERS = 160
"""Of each of them."""
NOISE: Final = re.compile(
    r"I\d{4} \S+ +\d+ |INFO: Created TensorFlow Lite|WARNING: All log messages before absl"
)
"""TensorFlow's greetings, which it can't be kept from."""
_CAUSES = (
    (r"no space left on device|disk quota exceeded|disk is full", "the disk is full"),
    (
        r"memoryerror|out of memory|cannot allocate memory|bad_alloc|resourceexhausted|oom-kill"
        r"|mmap error: 12|failed to map segment",
        "memory ran out",
    ),
    (r"no module named|importerror|error while finding module", "its program can't be loaded"),
    (r"segmentation fault|fatal python error|core dumped", "it crashed"),
)
"""What the end of a log may say, and what it means; the first that fits counts."""


def sentence(job: Job, log: Sequence[str], status: int | None, *, hung: bool) -> str:
    """Why a job failed whose worker is gone.

    Args:
        job: As it was left.
        log: The end of its log.
        status: The worker's exit status, negative for a signal; None where nobody knows.
        hung: Its process was there, but silent for too long, and was ended.
    """
    log = _of_last_start(log)
    said = [line.strip() for line in log if _tells(line)][-_LAST:]
    cause = "it answered no more and was ended" if hung else _cause(job, status, log)
    last = f" Its log ends: {' / '.join(line[:_LETTERS] for line in said).rstrip('.')}." if said else ""
    return f"The worker vanished{during(job)}: {cause}.{last} Start the job again."


def during(job: Job) -> str:
    """In which phase, as the end of a clause; empty before the first."""
    return f' in "{job.phase}"' if job.phase else ""


def _cause(job: Job, status: int | None, log: Sequence[str]) -> str:
    end = "\n".join(log[-40:]).lower()
    for pattern, cause in _CAUSES:
        if re.search(pattern, end):
            return cause
    if status == -signal.SIGKILL:
        return "it was killed, by the system for want of memory or by a person"
    if status is not None and status < 0:
        return f"it was ended by {signal.Signals(-status).name}"
    if status is not None:
        return f"it ended by itself with status {status}, before it could say why"
    if job.pid is None:
        return "it never started"
    if job.machine != process.here():
        return "nothing is heard of it any more; it was killed or its machine was restarted"
    return "it was killed or its machine was restarted"


def _of_last_start(log: Sequence[str]) -> Sequence[str]:
    starts = [number for number, line in enumerate(log) if line.startswith(MARK)]
    return log[starts[-1] + 1 :] if starts else log


def _tells(line: str) -> bool:
    """A traceback's own lines say nothing to a person; its last one does."""
    told = bool(line.strip()) and not line.startswith((" ", "\t"))
    return told and not NOISE.match(line) and "most recent call" not in line
