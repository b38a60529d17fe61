"""How a job gets a worker. Launcher and worker share the job's folder, and nothing else is assumed."""

import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import Protocol

from core.config.settings import ROOT, Settings
from core.errors import StorageError, StudioError
from core.jobs import ending, process, records
from core.jobs.job import Job
from core.storage import write_text, writing


@dataclass(frozen=True, slots=True)
class Launched:
    """A worker that was launched. What a launcher doesn't know, the worker writes down itself.

    Attributes:
        pid: Its process, on its machine; None where that isn't known yet.
        birth: That process's start (`core.jobs.process.Seen`).
        machine: Which machine, boot and pid namespace (`core.jobs.process.here`).
    """

    pid: int | None
    birth: str
    machine: str


class Launcher(Protocol):
    """A place to run workers at. One where a worker takes its time to start beats for it until then."""

    def launch(self, place: Path, worker: str, settings: Settings) -> Launched:
        """Have ``python -m WORKER FOLDER`` run, its output added to the log in the folder.

        Args:
            place: The job's folder, which the worker must see under this path.
            worker: The module.
            settings: What the worker's own are to be.

        Raises:
            StorageError: The log can't be written.
            StudioError: No process can be had.
        """

    def end(self, job: Job, force: bool) -> None:
        """Tell a job's worker, with all that it started, to end; do nothing where that can't be reached.

        A worker that nothing reaches finds the file `records.CANCEL` in its folder.

        Args:
            job: As it stands.
            force: It isn't asked but ended.
        """


class Local:
    """Processes of this machine, each the leader of a group that outlives its starter."""

    def launch(self, place: Path, worker: str, settings: Settings) -> Launched:
        started = _spawned(place, worker, settings)
        threading.Thread(target=_reap, args=(started, place), daemon=True).start()
        seen = process.look(started.pid)
        return Launched(started.pid, seen.birth if seen else "", process.here())

    def end(self, job: Job, force: bool) -> None:
        process.end_group(job.pid, job.birth, job.machine, SIGKILL if force else SIGTERM)


def launcher() -> Launcher:
    """Where jobs run: the one place that another kind would be chosen at."""
    return Local()


def _spawned(place: Path, worker: str, settings: Settings) -> subprocess.Popen[bytes]:
    try:
        with writing(place), (place / records.LOG).open("ab") as log:
            log.write(f"{ending.MARK}{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC: {worker}\n".encode())
            log.flush()
            return subprocess.Popen(
                [sys.executable, "-m", worker, str(place.resolve())],
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
