"""Waiting for a slot of a queue, first come first served, without anybody who hands slots out.

A slot is a file's lock that a worker holds as long as it lives, so the kernel frees it after any death.
A worker that has none looks at the jobs before it again and again, and takes one when it is the first.
"""

import fcntl
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from core.config.settings import Settings
from core.jobs import records
from core.jobs.job import Job
from core.storage import writing

FOLDER = ".slots"
MOST = 16
"""Slots that a queue can have, as in `Settings.slots`. All are looked at: others may be allowed more."""
EVERY_S = 0.5
"""Between two looks at the queue."""


def wait(job: Job, place: Path, settings: Settings, tell: Callable[[str], None]) -> BinaryIO:
    """Wait until no job of the queue waits longer than this one, and a slot is free.

    Args:
        job: The one whose worker this process is.
        place: Its folder.
        settings: Where jobs are, and how many slots may be held once this job has one.
        tell: Told what is waited for, a few words, at every look.

    Returns:
        The slot, until it is closed or the process ends.

    Raises:
        StorageError: The slots' files can't be written.
    """
    slots = place.parent / FOLDER
    with writing(slots):
        slots.mkdir(exist_ok=True)
    while True:
        before = ahead(job, settings)
        tell(words(len(before)))
        if all(other.state == "running" for other in before):
            taken = _take(slots, quote(job.queue, safe=""), settings.slots)
            if taken:
                return taken
        time.sleep(EVERY_S)


def ahead(job: Job, settings: Settings) -> list[Job]:
    """The living jobs of a job's queue that are at work, or wait and are older."""
    return [
        other
        for other in records.listing(settings)
        if other.queue == job.queue
        and other.id != job.id
        and (other.state == "running" or (other.state == "queued" and other.id < job.id))
    ]


def words(before: int) -> str:
    """What a job waits for."""
    if not before:
        return "waiting for a free slot"
    return f"waiting for {before} job{'s' if before > 1 else ''} before it"


def _take(slots: Path, queue: str, allowed: int) -> BinaryIO | None:
    """A free slot, if fewer than are allowed are held, whichever they are."""
    alone = _lock(slots / f"{queue}.lock")
    if not alone:
        return None
    with alone:
        free = [slot for number in range(MOST) if (slot := _lock(slots / f"{queue}-{number}"))]
        taken = free.pop(0) if MOST - len(free) < allowed else None
        for slot in free:
            slot.close()
        return taken


def _lock(path: Path) -> BinaryIO | None:
    """A file that only one process has at a time; None while another has it."""
    with writing(path.parent):
        stream = path.open("ab")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.close()
        return None
    return stream
