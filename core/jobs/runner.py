"""Starting, cancelling, resuming and deleting jobs. Whoever starts one may be gone before it ends."""

import errno
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import Any

from core.config.settings import ROOT, Settings
from core.errors import InputError, StorageError, StudioError
from core.jobs import ending, liveness, process, records
from core.jobs.job import Job
from core.storage import write_text, writing

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
        queue: The slots it counts against; so far every job starts at once.

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
    found = records.read(job, settings)
    if found.state not in ("failed", "cancelled") or not found.worker:
        raise InputError(f"The job {job} is {found.state} and can't be resumed. Start another.", "job-state")
    return _launched(records.folder(job, settings), settings)


def cancel(job: str, settings: Settings, grace: float = GRACE_S) -> Job:
    """Ask a job's worker to stop, wait, and end its whole process group where it doesn't.

    Args:
        job: Its id.
        settings: Where jobs are.
        grace: Seconds it has for ending by itself.

    Returns:
        The job as it stands then: cancelled, or what it was if it had finished first. Unfinished
        only where its worker is on another machine and hasn't answered yet.

    Raises:
        InputError: There is none of that id.
    """
    place, found = records.folder(job, settings), records.read(job, settings)
    if found.finished:
        return found
    with suppress(StorageError), writing(place):  # a full disk keeps nobody from cancelling
        (place / records.CANCEL).touch()
    process.end_group(found.pid, found.birth, found.machine, SIGTERM)
    if not _gone(place, grace) and found.machine == process.here():
        process.end_group(found.pid, found.birth, found.machine, SIGKILL)
        _gone(place, _KILLED_S)
    now = records.stored(place)
    if not now.finished and now.pid is not None and liveness.alive(now):
        return now
    process.end_group(found.pid, found.birth, found.machine, SIGKILL)  # children that it left
    return records.settle(place, asked=True)


def delete(job: str, settings: Settings) -> None:
    """Delete a finished job with all that its folder holds.

    Raises:
        InputError: There is none of that id, or it isn't finished.
        StorageError: Its folder can't be written to.
    """
    place, found = records.folder(job, settings), records.read(job, settings)
    with records.locked(place, 1.0) as alone:
        if not (found.finished and alone):
            raise InputError(f"The job {job} isn't over. Cancel it first.", "job-state")
        gone = place.with_name(f".{job}~gone")
        with writing(place):
            place.rename(gone)  # a kill while files go leaves no half job in the list
    shutil.rmtree(gone, ignore_errors=True)


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
    fields = job.model_dump(include={"id", "worker", "request", "queue"})
    return Job(
        **fields, created=job.created or beat.at, machine=process.here(), heartbeat=beat.at, pulse=beat.pulse
    )


def _launched(place: Path, settings: Settings) -> Job:
    """Start the worker of a job; it waits for the lock that is held here until its pid is written down."""
    with records.locked(place, 5.0) as alone:
        if not alone:
            raise StudioError(f"The job {place.name} has a worker already. Wait until it has ended.", "busy")
        for left in (records.CANCEL, records.EXIT):
            with writing(place):
                (place / left).unlink(missing_ok=True)
        job = records.keep(place, _queued(records.stored(place), place))
        worker = _spawned(job.worker, place, settings)
        threading.Thread(target=_reap, args=(worker, place), daemon=True).start()
        seen = process.look(worker.pid)
        update = {"pid": worker.pid, "birth": seen.birth if seen else ""}
        try:
            return records.keep(place, job.model_copy(update=update))
        except BaseException:
            worker.kill()
            raise


def _spawned(module: str, place: Path, settings: Settings) -> subprocess.Popen[bytes]:
    try:
        with writing(place), (place / records.LOG).open("ab") as log:
            log.write(f"{ending.MARK}{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC: {module}\n".encode())
            log.flush()
            return subprocess.Popen(
                [sys.executable, "-m", module, str(place.resolve())],
                cwd=ROOT,
                env=_environment(settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except OSError as error:
        raise StudioError(
            f"The system starts no process ({error.strerror}). Close other programs and try again.",
            "no-process",
        ) from None


def _environment(settings: Settings) -> dict[str, str]:
    """This process's, with what these settings say in the place of what it says."""
    values = settings.model_dump(exclude={"limits", "var", "assets", "shared_data"})
    values |= {name: getattr(settings, name).resolve() for name in ("var", "assets", "shared_data")}
    values |= {f"limit_{name}": value for name, value in settings.limits.model_dump().items()}
    ours = {f"KCS_{name.upper()}": str(value) for name, value in values.items()}
    return {**os.environ, **ours, "PYTHONUNBUFFERED": "1"}


def _reap(worker: subprocess.Popen[bytes], place: Path) -> None:
    """Ask how a worker ended, lest it stay a zombie, and write it down."""
    status = worker.wait()
    with suppress(OSError, StorageError):  # the folder may be gone by now
        write_text(place / records.EXIT, f"{status}\n")


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
