"""Starting, cancelling, resuming and deleting jobs. Whoever starts one may be gone before it ends."""

import errno
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.config.settings import Settings
from core.errors import InputError, StorageError, StudioError
from core.jobs import launchers, liveness, process, records
from core.jobs.job import Job
from core.storage import writing

GRACE_S = 10.0
"""That a worker has for ending by itself when it is asked to."""
_KILLED_S = 5.0
"""For the system to end what it was told to kill."""


def start(worker: str, request: Mapping[str, Any], settings: Settings, queue: str = "") -> Job:
    """Start a job in a process of its own, which lives on when this one ends.

    Args:
        worker: The module that does it, run as ``python -m WORKER FOLDER`` (`core.jobs.reporter.run`).
        request: What is to be done; values that JSON has, and paths.
        settings: Where jobs are; the worker gets the same ones.
        queue: Whose slots its worker waits for (`core.jobs.slots`); without one it starts at once.

    Returns:
        The job, with its id and the worker's pid.

    Raises:
        StorageError: The job's folder can't be written.
        StudioError: The system starts no process.
    """
    place = _made(Job(id="", worker=worker, request=dict(request), queue=queue), settings)
    try:
        return _launched(place, settings)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def resume(job: str, settings: Settings) -> Job:
    """Start a failed or cancelled job again in its folder, with what its worker left there.

    Raises:
        InputError: There is none of that id, it isn't over, or it has succeeded.
        StorageError: Its folder can't be written.
        StudioError: The system starts no process.
    """
    _resumable(records.read(job, settings))
    return _launched(records.folder(job, settings), settings, _resumable)


def retry(job: str, settings: Settings) -> Job:
    """Resume a job that is `retriable`, without being asked for; its events say that.

    Raises:
        InputError: There is none of that id, or it isn't, or no longer.
        StorageError: Its folder can't be written.
        StudioError: The system starts no process.
    """
    _lost(records.read(job, settings))
    return _launched(records.folder(job, settings), settings, _lost, retries=1)


def retriable(job: Job) -> bool:
    """Whether a job waits for slots, was lost, and hasn't been resumed for that."""
    return job.state == "failed" and job.lost and bool(job.queue) and job.attempts <= 1


def cancel(job: str, settings: Settings, grace: float = GRACE_S) -> Job:
    """Ask a job's worker to stop, wait, and end its whole process group where it doesn't.

    Args:
        job: Its id.
        settings: Where jobs are.
        grace: Seconds it has for ending by itself.

    Returns:
        The job as it stands then: cancelled, or what it was if it had finished first; a lost one
        doesn't come back by itself any more. Unfinished only where its worker is on another machine
        and hasn't answered yet.

    Raises:
        InputError: There is none of that id.
    """
    place, found = records.folder(job, settings), records.read(job, settings)
    if found.finished:
        return _left(found, place) if retriable(found) else found
    there = launchers.launcher()
    with suppress(StorageError), writing(place):  # a full disk keeps nobody from cancelling
        (place / records.CANCEL).touch()
    there.end(found, force=False)
    if not _gone(place, grace) and found.machine == process.here():
        there.end(found, force=True)
        _gone(place, _KILLED_S)
    now = records.stored(place)
    if not now.finished and now.pid is not None and liveness.alive(now):
        return now
    there.end(found, force=True)  # children that it left
    return records.settle(place, asked=True)


def delete(job: str, settings: Settings) -> None:
    """Delete a finished job with all that its folder holds.

    Raises:
        InputError: There is none of that id, or it isn't finished.
        StorageError: Its folder can't be written to.
    """
    place, found = records.folder(job, settings), records.read(job, settings)
    with records.locked(place, 1.0) as alone:
        now = records.stored(place)  # it may have been resumed since
        if not (alone and found.finished and (now.finished or not liveness.alive(now))):
            raise InputError(f"The job {job} isn't over. Cancel it first.", "job-state")
        gone = place.with_name(f".{job}~gone")
        with writing(place):
            place.rename(gone)  # a kill while files go leaves no half job in the list
    shutil.rmtree(gone, ignore_errors=True)


def _left(job: Job, place: Path) -> Job:
    """A lost job that stays as it is, unless somebody has it already."""
    with records.locked(place, 1.0) as alone:
        if not (alone and retriable(records.stored(place))):
            return records.stored(place)
        return records.keep(place, job.model_copy(update={"lost": False}))


def _resumable(job: Job) -> None:
    if job.state not in ("failed", "cancelled") or not job.worker:
        raise InputError(f"The job {job.id} is {job.state} and can't be resumed. Start another.", "job-state")


def _lost(job: Job) -> None:
    if not retriable(job):
        raise InputError(f"The job {job.id} is not lost. Resume it by hand if it has ended.", "job-state")


def _made(job: Job, settings: Settings) -> Path:
    """A new job's folder, there whole or not at all."""
    jobs = settings.var / "jobs"
    with writing(jobs):
        jobs.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".new~", dir=jobs))
        try:
            work.chmod(0o755)
            while True:
                now = datetime.now(UTC)
                own = f"{now:%Y%m%d-%H%M%S-%f}-{secrets.token_hex(2)}"
                records.keep(work, _queued(job, work).model_copy(update={"id": own}))
                try:
                    return work.rename(jobs / own)
                except OSError as error:
                    if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                        raise
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _queued(job: Job, place: Path) -> Job:
    """A job with nothing done yet, whose heart beats from now on."""
    beat = liveness.beat(place)
    fields = job.model_dump(include={"id", "worker", "request", "queue", "attempts"})
    return Job(
        **fields, created=job.created or beat.at, machine=process.here(), heartbeat=beat.at, pulse=beat.pulse
    )


def _launched(
    place: Path, settings: Settings, fit: Callable[[Job], None] | None = None, retries: int = 0
) -> Job:
    """Launch a job's worker; it waits for the lock that is held here until its pid is written down."""
    with records.locked(place, 5.0) as alone:
        if not alone:
            raise StudioError(f"The job {place.name} has a worker already. Wait until it has ended.", "busy")
        found = records.stored(place)
        if fit:
            fit(found)  # somebody may have been faster
        for left in (records.CANCEL, records.EXIT):
            with writing(place):
                (place / left).unlink(missing_ok=True)
        job = found.model_copy(update={"attempts": 1 + retries})
        try:
            with writing(place):
                job = records.keep(place, _queued(job, place))
                if retries:
                    records.add_event(place, retry=retries, reason=found.reason)
            return _with_worker(job, place, settings)
        except BaseException:
            with suppress(StorageError):
                records.keep(place, found)
            raise


def _with_worker(job: Job, place: Path, settings: Settings) -> Job:
    there = launchers.launcher()
    got = there.launch(place, job.worker, settings)
    launched = job.model_copy(update={"pid": got.pid, "birth": got.birth, "machine": got.machine})
    try:
        return records.keep(place, launched)
    except BaseException:
        there.end(launched, force=True)
        raise


def _gone(place: Path, wait: float) -> bool:
    """Whether a job's worker ends within some seconds."""
    end = time.monotonic() + wait
    while True:
        job = records.stored(place)
        if job.pid is None or job.machine != process.here():
            over = job.finished or job.pid is None
        else:
            over = not process.lives(job.pid, job.birth)
        if over or time.monotonic() >= end:
            return over
        time.sleep(0.05)
