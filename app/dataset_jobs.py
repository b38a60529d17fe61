"""The background jobs of the Data page. They outlive it; any browser sees those that run."""

import time
from collections.abc import Sequence

from core.config.settings import settings
from core.data.fetching.meter import lasting
from core.errors import DataError
from core.jobs import records, runner
from core.jobs.job import Job

WORKER = "core.data.worker"
MOST_ENDED = 3
"""How many jobs that went wrong are told at once."""
_SURE = 0.05
"""From this share on, the pace so far says how long the rest takes."""


def every() -> list[Job]:
    """Every job about data sets, newest first."""
    return [job for job in records.listing(settings()) if job.worker == WORKER]


def name_of(job: Job) -> str:
    """The set that a job is about."""
    return str(job.request.get("name", ""))


def unfinished(jobs: Sequence[Job]) -> list[Job]:
    """Those that wait or run, oldest first."""
    return [job for job in reversed(jobs) if not job.finished]


def went_wrong(jobs: Sequence[Job]) -> list[Job]:
    """Failed or stopped ones that no later job about the same set has made up for."""
    told, found = set(), []
    for job in jobs:
        if name_of(job) not in told and job.state in ("failed", "cancelled"):
            found.append(job)
        told.add(name_of(job))
    return found[:MOST_ENDED]


def measure(name: str) -> Job:
    """Look a set over, split it and measure its leaks again, in the background.

    Raises:
        DataError: It is being worked on already.
        StudioError: No job can be started.
    """
    free(name)
    return runner.start(WORKER, {"do": "measure", "name": name}, settings())


def busy(name: str) -> bool:
    """Whether a job works on a set."""
    return any(name_of(job) == name for job in unfinished(every()))


def free(name: str) -> None:
    """Make sure that no job works on a set.

    Raises:
        DataError: One does.
    """
    if busy(name):
        raise DataError(
            f"The data set {name} is being worked on right now. Wait until that has ended.", "busy"
        )


def seconds_left(job: Job) -> float | None:
    """By the pace so far; None while that says nothing."""
    if job.started is None or job.share < _SURE:
        return None
    return max(0.0, time.time() - job.started) * (1 - job.share) / job.share


def words(job: Job) -> str:
    """What a job does right now, and how long it still takes."""
    if job.state == "queued" or not job.phase:
        return "starting"
    said = ", ".join(part for part in (job.phase, job.words) if part)
    left = seconds_left(job)
    if " left" in said or job.started is None:  # a download knows its own time better
        return said
    if left is None:
        return f"{said}, {lasting(time.time() - job.started)} so far"
    return f"{said}, about {lasting(left)} left" if left >= 1 else said
