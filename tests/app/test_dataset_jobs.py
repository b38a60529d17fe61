"""What the Data page says of its jobs."""

import time

import pytest

from app import dataset_jobs
from core.jobs.job import Job


def job(number: int, name: str = "mine", state: str = "running", **fields: object) -> Job:
    return Job(id=f"{number}", worker=dataset_jobs.WORKER, request={"name": name}, state=state, **fields)


def test_time_left_follows_the_pace_so_far() -> None:
    now = job(1, started=time.time() - 30, share=0.25, phase="reading slices")
    left = dataset_jobs.seconds_left(now)
    assert left == pytest.approx(90, abs=1)
    assert dataset_jobs.words(now) in (
        "reading slices, about 90 s left",
        "reading slices, about 2 min left",
    )


def test_a_pace_that_says_nothing_yet_is_no_time_left() -> None:
    now = job(1, started=time.time() - 12, share=0.01, phase="drawing slices")
    assert dataset_jobs.seconds_left(now) is None
    assert dataset_jobs.words(now) == "drawing slices, 12 s so far"


def test_a_download_knows_its_own_time() -> None:
    now = job(1, started=time.time() - 30, share=0.5, phase="downloading: 1.0 MB of 9.0 MB, 8 s left")
    assert dataset_jobs.words(now) == "downloading: 1.0 MB of 9.0 MB, 8 s left"


def test_a_job_that_waits_is_starting() -> None:
    assert dataset_jobs.words(job(1, state="queued")) == "starting"


def test_a_failure_is_told_until_a_later_job_on_the_same_set() -> None:
    failed, other = job(1, state="failed"), job(2, "other", state="cancelled")
    assert dataset_jobs.went_wrong([other, failed]) == [other, failed]
    for later in ("queued", "running", "succeeded"):
        assert dataset_jobs.went_wrong([job(3, state=later), other, failed]) == [other]
    assert dataset_jobs.went_wrong([again := job(3, state="failed"), other, failed]) == [again, other]


def test_only_the_last_few_failures_are_told() -> None:
    jobs = [job(9 - number, f"set-{number}", state="failed") for number in range(9)]
    assert dataset_jobs.went_wrong(jobs) == jobs[: dataset_jobs.MOST_ENDED]


def test_unfinished_jobs_come_oldest_first() -> None:
    newest, middle, oldest = job(3), job(2, state="succeeded"), job(1, state="queued")
    assert dataset_jobs.unfinished([newest, middle, oldest]) == [oldest, newest]
