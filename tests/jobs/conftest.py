"""Jobs in a folder of their own, none of which outlives its test."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from core.config.settings import Settings
from core.jobs import liveness, process, records, runner, slots
from core.jobs.job import Job

Value = TypeVar("Value")
WORKER = "tests.jobs.workers"
Q = "training"
ID = "20260101-120000-000001-00ff"


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    here = Settings(var=tmp_path / "var")
    yield here
    for job in records.listing(here):
        if not job.finished:
            runner.cancel(job.id, here, grace=0.0)


@pytest.fixture
def started(settings: Settings) -> Callable[..., Job]:
    """Starts the test worker."""

    def start(do: str, queue: str = "", **request: Any) -> Job:
        return runner.start(WORKER, {"do": do, **request}, settings, queue)

    return start


@pytest.fixture
def ended(settings: Settings) -> Callable[..., Job]:
    """Waits for a job's end."""

    def wait(job: Job, seconds: float = 15.0) -> Job:
        return until(lambda: records.read(job.id, settings), lambda now: now.finished, seconds)

    return wait


@pytest.fixture
def at(settings: Settings) -> Callable[[Job, str], Job]:
    """Waits until a job is in a phase."""

    def wait(job: Job, phase: str) -> Job:
        found = until(
            lambda: records.read(job.id, settings), lambda now: now.finished or now.phase == phase, 15.0
        )
        assert found.phase == phase, records.log(job.id, settings)
        return found

    return wait


@pytest.fixture
def waits(settings: Settings) -> Callable[[Job, int], Job]:
    """Waits until a job says that it waits for so many others."""

    def wait(job: Job, others: int) -> Job:
        said = slots.words(others)
        found = until(
            lambda: records.read(job.id, settings), lambda now: now.finished or now.words == said, 15.0
        )
        assert (found.state, found.words) == ("queued", said), records.log(job.id, settings)
        return found

    return wait


@pytest.fixture
def busy(started: Callable[..., Job], at: Callable[..., Job], tmp_path: Path) -> Job:
    """A job that has the only slot."""
    return at(started("sleep", Q, trace=str(tmp_path / "busy")), "Sleep")


def over(job: Job) -> bool:
    return job.finished


def one_after_the_other(trace: Path) -> list[str]:
    """Ids in the order they began."""
    return [line[1:] for line in trace.read_text().splitlines() if line.startswith("+")]


def until(look: Callable[[], Value], good: Callable[[Value], bool], seconds: float) -> Value:
    end = time.monotonic() + seconds
    while not good(found := look()):
        assert time.monotonic() < end, found
        time.sleep(0.02)
    return found


def kill(job: Job) -> None:
    """End a worker as the system does when memory runs out."""
    assert job.pid
    os.kill(job.pid, signal.SIGKILL)
    until(lambda: process.lives(job.pid or 0, job.birth), lambda lives: not lives, 5.0)


@contextmanager
def mounted(place: Path, options: str) -> Iterator[None]:
    """A small disk of its own."""
    place.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "none", str(place)]
    if not shutil.which("mount"):
        pytest.skip("there is no mount command to make a small disk with")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a small disk can't be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def write(settings: Settings, *, beat: float | None = None, **fields: Any) -> Path:
    """A running job's folder; `beat` seconds ago was its last heartbeat."""
    place = settings.var / "jobs" / ID
    place.mkdir(parents=True)
    now = {"machine": process.here(), "pulse": time.monotonic(), "heartbeat": time.time()}
    job = Job(**{"id": ID, "worker": "w", "state": "running", "created": 1.0, **now, **fields})
    records.keep(place, job)
    if beat is not None:
        text = f"{time.monotonic() - beat:020.3f} {time.time() - beat:020.3f}\n"
        (place / liveness.FILE).write_text(text)
    return place
