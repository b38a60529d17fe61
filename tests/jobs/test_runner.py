"""Real workers that end in every way a worker can, seen from the process that started them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.config.settings import ROOT, Settings
from core.errors import InputError, StorageError
from core.jobs import process, records, runner
from core.jobs.job import Job
from tests.jobs.conftest import WORKER, kill, mounted, until

Started = Callable[..., Job]


def test_a_job_starts_at_once_and_succeeds_with_its_result(
    settings: Settings, started: Started, ended: Started
) -> None:
    before = time.monotonic()
    job = started("succeed")
    assert time.monotonic() - before < 1.0
    assert (job.state, job.finished, job.share) == ("queued", False, 0.0)
    done = ended(job)
    assert (done.state, done.share, done.reason) == ("succeeded", 1.0, "")
    assert done.result == {"counted": 5, "where": "data/a"}
    assert done.id == job.id
    assert done.created <= (done.started or 0) <= (done.ended or 0)
    phases = [event["phase"] for event in records.events(job.id, settings) if "phase" in event]
    assert phases == ["Set up", "Count"]


def test_the_worker_leads_a_process_group_and_sees_the_same_settings(
    settings: Settings, started: Started, at: Started, tmp_path: Path
) -> None:
    job = at(started("sleep", trace=str(tmp_path / "trace")), "Sleep")
    assert job.pid
    assert os.getpgid(job.pid) == os.getsid(job.pid) == job.pid != os.getpgid(0)
    environment = Path(f"/proc/{job.pid}/environ").read_bytes().split(b"\0")
    assert f"KCS_VAR={settings.var.resolve()}".encode() in environment
    assert Path(f"/proc/{job.pid}/cwd").resolve() == ROOT
    assert Path(f"/proc/{job.pid}/fd/0").resolve() == Path(os.devnull)


def test_an_expected_error_is_the_reason_word_by_word(started: Started, ended: Started) -> None:
    job = ended(started("refuse"))
    assert (job.state, job.reason) == ("failed", "The set kidney has one class only. Add another.")


def test_an_unexpected_error_has_a_number_and_its_traceback_only_in_the_log(
    settings: Settings, started: Started, ended: Started
) -> None:
    job = ended(started("stumble"))
    assert job.state == "failed"
    assert "KeyError" not in job.reason
    assert "a secret key" not in job.reason
    log = records.log(job.id, settings)
    assert "Traceback" in log
    assert "KeyError: 'a secret key'" in log
    number = job.reason.partition("as error ")[2][:8]
    assert f"error {number}" in log


def test_a_fork_of_the_worker_does_not_end_the_job(started: Started, ended: Started) -> None:
    job = ended(started("fork"))
    assert (job.state, job.result) == ("succeeded", {"child": 1})


def test_memory_that_runs_out_is_said(started: Started, ended: Started) -> None:
    job = ended(started("starve"))
    assert job.reason.startswith('Memory ran out in "Set up".')
    for said in (
        "std::bad_alloc",
        "can't start new thread",
        "a.so: failed to map segment",
    ):
        assert ended(started("starve", said=said)).reason == job.reason
    assert "Something unexpected" in ended(started("starve", said="the moon is full")).reason


def test_a_killed_worker_reads_as_failed_at_once_and_for_good(
    settings: Settings, started: Started, at: Started, tmp_path: Path
) -> None:
    job = at(started("sleep", trace=str(tmp_path / "trace")), "Sleep")
    kill(job)
    before = time.monotonic()
    found = records.read(job.id, settings)
    assert time.monotonic() - before < 2.0
    assert (found.state, found.share, found.phase) == ("failed", 0.2, "Sleep")
    assert "it was killed, by the system for want of memory or by a person" in found.reason
    assert records.stored(records.folder(job.id, settings)) == found == records.read(job.id, settings)
    assert runner.cancel(job.id, settings) == found


@pytest.mark.parametrize(
    ("last", "cause"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("numpy._core._exceptions._ArrayMemoryError: Unable to allocate", "memory ran out"),
        ("tensorflow: OOM-killed? ResourceExhaustedError", "memory ran out"),
        ("[low_level_alloc.cc : 599] RAW: mmap error: 12", "memory ran out"),
        ("good bye", "it ended by itself with status 3"),
    ],
)
def test_a_worker_that_vanished_leaves_its_last_words_and_the_likely_cause(
    started: Started, ended: Started, last: str, cause: str
) -> None:
    job = ended(started("vanish", last=last))
    assert job.state == "failed"
    assert f'vanished in "Set up": {cause}' in job.reason
    assert last in job.reason


def test_a_crash_and_a_worker_that_does_not_exist_are_told_apart(
    settings: Settings, started: Started, ended: Started
) -> None:
    assert "it crashed" in ended(started("crash")).reason
    missing = ended(runner.start("core.jobs.nothing", {}, settings))
    assert "its program can't be loaded" in missing.reason
    silent = ended(runner.start("tests.jobs.silent", {}, settings))
    assert "status 0, before it could say why" in silent.reason


def test_cancel_lets_the_worker_clean_up(
    settings: Settings, started: Started, at: Started, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    job = at(started("sleep", trace=str(trace)), "Sleep")
    before = time.monotonic()
    found = runner.cancel(job.id, settings)
    assert time.monotonic() - before < 5.0
    assert (found.state, found.reason) == ("cancelled", "Cancelled, as asked.")
    assert trace.read_text() == "cleaned up"
    assert runner.cancel(job.id, settings) == found == records.read(job.id, settings)


def test_cancel_before_the_worker_is_up(settings: Settings, started: Started) -> None:
    job = started("succeed", seconds=30)
    assert runner.cancel(job.id, settings).state == "cancelled"
    assert not process.lives(job.pid or 0, job.birth)


def test_a_worker_that_is_deaf_is_killed_after_the_grace(
    settings: Settings, started: Started, at: Started
) -> None:
    job = at(started("stubborn"), "Ignore")
    before = time.monotonic()
    found = runner.cancel(job.id, settings, grace=0.5)
    assert 0.5 <= time.monotonic() - before < 4.0
    assert found.state == "cancelled"
    assert not process.lives(job.pid or 0, job.birth)


@pytest.mark.parametrize("how", ["cancel", "kill"])
def test_its_children_go_with_it(
    settings: Settings, started: Started, at: Started, tmp_path: Path, how: str
) -> None:
    job = at(started("spawn", trace=str(tmp_path / "trace")), "Wait for a child")
    child = int((tmp_path / "trace").read_text())
    seen = process.look(child)
    assert seen
    if how == "cancel":
        assert runner.cancel(job.id, settings, grace=1.0).state == "cancelled"
    else:
        kill(job)
        assert records.read(job.id, settings).state == "failed"
    until(lambda: process.lives(child, seen.birth), lambda lives: not lives, 3.0)


def test_a_plain_sigterm_is_no_success(started: Started, at: Started, ended: Started, tmp_path: Path) -> None:
    job = at(started("sleep", trace=str(tmp_path / "trace")), "Sleep")
    os.kill(job.pid or 0, signal.SIGTERM)
    found = ended(job)
    assert found.state == "cancelled"
    assert found.reason.startswith("Stopped from outside")


def test_a_cancel_that_no_signal_can_carry_is_found_by_the_worker(
    settings: Settings, started: Started, at: Started, ended: Started, tmp_path: Path
) -> None:
    """As for a worker on another machine that shares the folder."""
    job = at(started("sleep", trace=str(tmp_path / "trace")), "Sleep")
    (records.folder(job.id, settings) / records.CANCEL).touch()
    assert ended(job).state == "cancelled"


def test_what_has_finished_stays_what_it_was(settings: Settings, started: Started, ended: Started) -> None:
    done = ended(started("succeed"))
    assert runner.cancel(done.id, settings) == done
    with pytest.raises(InputError, match="is succeeded and can't be resumed"):
        runner.resume(done.id, settings)


def test_a_job_outlives_the_process_that_started_it(settings: Settings, ended: Started) -> None:
    script = (
        "import time\nfrom pathlib import Path\nfrom core.config.settings import Settings\n"
        "from core.jobs import runner\n"
        f"request = {{'do': 'succeed', 'seconds': 2}}\n"
        f"job = runner.start('{WORKER}', request, Settings(var=Path({str(settings.var)!r})))\n"
        "print(job.id, flush=True)\ntime.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert starter.stdout
    job = records.read(starter.stdout.readline().strip(), settings)
    starter.kill()
    starter.communicate()
    assert not records.read(job.id, settings).finished
    assert ended(job).state == "succeeded"


def test_resume_takes_up_what_the_first_worker_left(
    settings: Settings, started: Started, ended: Started
) -> None:
    first = ended(started("go_on"))
    assert (first.state, first.share) == ("failed", 0.6)
    again = runner.resume(first.id, settings)
    assert (again.id, again.state, again.reason, again.created) == (
        first.id, "queued", "", first.created,
    )  # fmt: skip
    second = ended(again)
    assert (second.state, second.result) == ("succeeded", {"from": "epoch 3"})
    states = [event["state"] for event in records.events(first.id, settings) if "state" in event]
    assert states == ["running", "running", "succeeded"]


def test_a_cancelled_job_can_be_resumed_and_is_not_cancelled_again(
    settings: Settings, started: Started, ended: Started
) -> None:
    job = started("succeed", seconds=0.1)
    runner.cancel(job.id, settings)
    asked = records.folder(job.id, settings) / records.CANCEL
    assert asked.exists()
    again = runner.resume(job.id, settings)
    assert not asked.exists()
    assert ended(again).state == "succeeded"


def test_twenty_at_once_are_twenty_jobs_that_sort_by_time(settings: Settings) -> None:
    begun = time.time()
    with ThreadPoolExecutor(20) as pool:
        jobs = list(pool.map(lambda n: runner.start("tests.jobs.silent", {"n": n}, settings), range(20)))
    assert len({job.id for job in jobs}) == 20
    assert all(job.id.replace("-", "").isalnum() and job.id == job.id.lower() for job in jobs)
    late = runner.start("tests.jobs.silent", {"n": 20}, settings)
    assert late.id > max(job.id for job in jobs)
    assert late.id[:8] == time.strftime("%Y%m%d", time.gmtime(begun))
    until(lambda: records.listing(settings), lambda found: all(job.finished for job in found), 20.0)
    listed = records.listing(settings)
    assert {job.request["n"] for job in listed} == set(range(21))
    assert listed[0].id == late.id
    assert [job.id for job in listed] == sorted((job.id for job in listed), reverse=True)


def test_delete_is_for_finished_jobs_only(
    settings: Settings, started: Started, at: Started, tmp_path: Path
) -> None:
    job = at(started("sleep", trace=str(tmp_path / "trace")), "Sleep")
    with pytest.raises(InputError, match=r"isn't over\. Cancel it first"):
        runner.delete(job.id, settings)
    runner.cancel(job.id, settings)
    assert records.disk_use(job.id, settings) >= (settings.var / "jobs" / job.id / "job.json").stat().st_size
    runner.delete(job.id, settings)
    assert records.listing(settings) == []
    assert list((settings.var / "jobs").iterdir()) == []
    with pytest.raises(InputError, match="There is no job"):
        runner.delete(job.id, settings)


def test_a_second_worker_on_one_folder_ends_with_a_sentence(
    settings: Settings, started: Started, at: Started, tmp_path: Path
) -> None:
    job = at(started("sleep", trace=str(tmp_path / "trace")), "Sleep")
    command = [sys.executable, "-m", WORKER, str(records.folder(job.id, settings))]
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode == 1
    assert f"The job {job.id} has a worker already. Wait until it has ended." in second.stderr
    assert "Traceback" not in second.stderr
    now = records.read(job.id, settings)
    assert (now.state, now.pid) == ("running", job.pid)


@pytest.mark.parametrize("size", ["full", "read-only"])
def test_a_folder_that_refuses_is_a_sentence_and_no_job_is_listed(tmp_path: Path, size: str) -> None:
    var = tmp_path / "small"
    with mounted(var, "size=64k" if size == "full" else "size=64k,ro"):
        if size == "full":
            (var / "filler").write_bytes(bytes(64 * 1024))
        settings = Settings(var=var)
        with pytest.raises(StorageError, match="disk is full" if size == "full" else "can't be written to"):
            runner.start(WORKER, {"do": "succeed"}, settings)
        assert records.listing(settings) == []


def test_a_disk_that_fills_up_under_a_job_is_its_reason(tmp_path: Path) -> None:
    var = tmp_path / "small"
    with mounted(var, "size=1m"):
        settings = Settings(var=var)
        job = runner.start(WORKER, {"do": "fill"}, settings)
        found = until(lambda: records.read(job.id, settings), lambda now: now.finished, 15.0)
        assert found.reason == 'The disk is full in "Set up". Free some space and start the job again.'
        assert records.stored(records.folder(job.id, settings)) == found
        until(lambda: process.lives(job.pid or 0, job.birth), lambda lives: not lives, 5.0)
