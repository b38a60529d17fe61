"""What a job's folder says. The only thing that the page, the command line and the worker share."""

import fcntl
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from core.config.settings import Settings
from core.errors import InputError, StorageError
from core.jobs import ending, liveness, process, recall
from core.jobs.job import Job, State
from core.storage import write_text, writing

__all__ = [
    "Job", "State", "add_event", "disk_use", "events", "folder", "keep", "listing", "locked", "log",
    "log_lines", "read", "settle", "stored",
]  # fmt: skip

FILE = "job.json"
EVENTS = "events.jsonl"
LOG = "log.txt"
CANCEL = "cancel"
"""Its being there asks the worker to stop."""
EXIT = "exit"
"""The worker's exit status, where the process that started it lived to see it."""
RESERVE = "reserve"
"""Space that is given back before the end is written down, so that a full disk can't hide how it ended."""
_LOCK = "lock"
_EXIT_S = 0.5
"""For the exit status to be written down once a worker is gone."""
_TAIL = 64 * 1024
"""Bytes read of a log's end."""
_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9]{6}-[0-9a-f]{4}")


def folder(job: str, settings: Settings) -> Path:
    """Where a job lies.

    Args:
        job: Its id.
        settings: Where jobs are.

    Raises:
        InputError: There is none of that id.
    """
    path = settings.var / "jobs" / job
    if not _ID.fullmatch(job) or not path.is_dir():
        raise _missing(job)
    return path


def _missing(job: str) -> InputError:
    return InputError(f'There is no job "{job[:40]}". It may have been deleted; see the list.', "no-job")


def listing(settings: Settings) -> list[Job]:
    """Every job, newest first, each as `read` finds it."""
    place = settings.var / "jobs"
    ids = [path.name for path in place.iterdir()] if place.is_dir() else []
    found = []
    for job in sorted(filter(_ID.fullmatch, ids), reverse=True):
        try:
            found.append(recall.finished(f"{place}/{job}/{FILE}") or read(job, settings))
        except InputError:  # deleted since it was listed
            continue
    return found


def read(job: str, settings: Settings) -> Job:
    """A job as it stands now. One whose worker has vanished reads as failed, and is from then on.

    Args:
        job: Its id.
        settings: Where jobs are.

    Raises:
        InputError: There is none of that id.
    """
    place = folder(job, settings)
    found = stored(place)
    return found if found.finished or liveness.alive(found) else settle(place)


def settle(place: Path, asked: bool = False) -> Job:
    """Write down that a job's worker is gone, unless it ended well while we looked.

    Args:
        place: The job's folder.
        asked: It was cancelled, even if that couldn't be written down.
    """
    job = stored(place)
    if job.finished:
        return job
    hung = liveness.hung(job)
    if hung and liveness.wakes(place, job):
        return job
    process.end_group(job.pid, job.birth, job.machine)
    status = _exit_status(place, job)
    try:
        with locked(place, 1.0) as alone:
            now = stored(place)
            if now.finished or (alone and not asked and liveness.alive(now)):
                return now
            ended = _vanished(place, now, status, asked=asked, hung=hung)
            return _kept_at_last(place, ended) if alone else ended
    except (StorageError, OSError):  # what can't be written down is true all the same
        return _vanished(place, job, status, asked=asked, hung=hung)


def _kept_at_last(place: Path, job: Job) -> Job:
    with writing(place):
        (place / RESERVE).unlink(missing_ok=True)
    return keep(place, job)


def _vanished(place: Path, job: Job, status: int | None, *, asked: bool, hung: bool) -> Job:
    asked = asked or (place / CANCEL).exists()
    told = ending.sentence(job, log_lines(place), status, hung=hung)
    reason, state = (ending.ASKED, "cancelled") if asked else (told, "failed")
    lost = not asked and (status is None or status < 0)
    return job.model_copy(update={"state": state, "reason": reason, "lost": lost, "ended": time.time()})


def _exit_status(place: Path, job: Job) -> int | None:
    """How a worker ended; the process that started it, where it still lives, writes it down in a moment."""
    wait = _EXIT_S if job.pid is not None and job.machine == process.here() else 0.0
    end = time.monotonic() + wait
    while True:
        try:
            return int((place / EXIT).read_text(encoding="ascii"))
        except (OSError, ValueError):
            if time.monotonic() >= end:
                return None
            time.sleep(0.05)


def stored(place: Path) -> Job:
    """What a job's folder says, believed as it is; a record that can't be read is a failed job.

    Raises:
        InputError: The folder is gone.
    """
    try:
        mark = recall.mark(place / FILE)
        found = Job.model_validate_json((place / FILE).read_bytes())
        recall.remember(str(place / FILE), mark, found)
    except (OSError, ValidationError):
        if not place.is_dir():
            raise _missing(place.name) from None
        sentence = "The record of this job is damaged. Delete the job and start it again."
        return Job(id=place.name, worker="", state="failed", reason=sentence)
    beat = liveness.last_beat(place)
    if beat and not found.finished:
        return found.model_copy(update={"pulse": beat.pulse, "heartbeat": beat.at})
    return found


def keep(place: Path, job: Job) -> Job:
    """Replace a job's record, in one step. Only for who has it `locked`.

    Raises:
        StorageError: The disk is full or can't be written to.
    """
    write_text(place / FILE, job.model_dump_json(indent=2) + "\n")
    return job


@contextmanager
def locked(place: Path, wait: float) -> Iterator[bool]:
    """Alone with a job's folder, as its worker is while it lives; a killed process lets go of it.

    Args:
        place: The job's folder.
        wait: Seconds to try.

    Yields:
        Whether it worked.

    Raises:
        StorageError: The folder can't be written to.
    """
    with writing(place):
        handle = (place / _LOCK).open("ab")
    with handle:
        yield _try_lock(handle.fileno(), wait)


def _try_lock(handle: int, wait: float) -> bool:
    end = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(0.02)
        else:
            return True


def add_event(place: Path, **fields: object) -> None:
    """Add a line to a job's events, with the time. Only for who has it `locked`.

    Raises:
        OSError: It can't be written.
    """
    line = json.dumps({"at": round(time.time(), 3), **to_jsonable_python(fields)}, ensure_ascii=False)
    with (place / EVENTS).open("ab+") as stream:
        # a line that a kill cut short is ended, so that this one starts on its own
        torn = stream.seek(0, 2) and (stream.seek(-1, 2), stream.read(1))[1] != b"\n"
        stream.write(b"\n" * bool(torn) + f"{line}\n".encode())


def events(job: str, settings: Settings) -> list[dict[str, Any]]:
    """What happened in a job, oldest first; a line that a kill cut short is left out.

    Raises:
        InputError: There is none of that id.
    """
    path = folder(job, settings) / EVENTS
    if not path.is_file():
        return []
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            found.append(event)
    return found


def log(job: str, settings: Settings, lines: int = 200) -> str:
    """The end of what a job's worker said on stdout and stderr.

    Raises:
        InputError: There is none of that id.
    """
    return "\n".join(log_lines(folder(job, settings))[-lines:])


def log_lines(place: Path) -> list[str]:
    """The last lines of a job's log, at most 64 KiB of them."""
    try:
        with (place / LOG).open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - _TAIL))
            return stream.read().decode("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []


def disk_use(job: str, settings: Settings) -> int:
    """Bytes that a job's folder takes.

    Raises:
        InputError: There is none of that id.
    """
    total = 0
    for path in folder(job, settings).rglob("*"):
        try:
            total += path.lstat().st_size
        except FileNotFoundError:  # a temporary file of a worker at work
            continue
    return total
