"""Work that is cancelled, crashes, hangs, and a parent that is killed."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.config.settings import ROOT, Settings
from core.explain.pool import process
from core.explain.pool.pool import Patience, Pool
from tests.explain.pool.conftest import GRACE_S, Fresh, Make, ended, gone, result, until


def test_what_waits_is_dropped_at_once_and_what_runs_at_its_next_step(pool: Pool, work: Make) -> None:
    before = result(pool.submit(work("pid")))
    running, waiting = (pool.submit(work("nap", seconds=60)) for _ in range(2))
    after = pool.submit(work("pid"))
    until(lambda: running.share > 0)
    waiting.cancel()
    assert waiting.state == "cancelled" and waiting.seconds == 0.0
    running.cancel()
    assert running.state == "cancelled" and running.wait(0)
    assert result(after) == before, "the process was not replaced for it"
    assert running.result is None and running.state == "cancelled"


def test_cancelled_before_it_begins_it_never_runs(pool: Pool, work: Make, tmp_path: Path) -> None:
    running = pool.submit(work("nap", seconds=0.2))
    task = pool.submit(work("nap", seconds=0.0, note=tmp_path / "note"))
    task.cancel()
    result(running)
    result(pool.submit(work("pid")))
    assert not (tmp_path / "note").exists()


def test_what_does_not_stop_is_killed_and_the_next_goes_on(pool: Pool, work: Make) -> None:
    before = result(pool.submit(work("pid")))
    task, after = pool.submit(work("deaf", seconds=60)), pool.submit(work("pid"))
    until(lambda: task.said == "the explanation")
    task.cancel()
    assert task.state == "cancelled"
    start = time.monotonic()
    assert result(after) != before and gone(before)
    assert time.monotonic() - start >= GRACE_S and task.state == "cancelled"


def test_a_model_that_is_loading_is_not_killed_for_a_work_that_nobody_wants(pool: Pool, work: Make) -> None:
    before = result(pool.submit(work("pid")))
    task, after = pool.submit(work("load", seconds=GRACE_S + 0.7)), pool.submit(work("pid"))
    until(lambda: task.said == "loading a lot")
    task.cancel()
    assert result(after) == before


def test_a_killed_process_is_replaced_and_the_work_tried_once_more(pool: Pool, work: Make) -> None:
    before = result(pool.submit(work("pid")))
    task, after = pool.submit(work("nap", seconds=0.5)), pool.submit(work("add", first=1, second=2))
    until(lambda: task.share > 0.1)
    os.kill(before, signal.SIGKILL)
    assert result(task) == 0.5 and result(after) == 3
    assert gone(before) and pool.pid not in (None, before)


@pytest.mark.parametrize("times", [1, 2])
def test_a_work_that_kills_the_process_once_comes_out_and_twice_is_a_sentence(
    pool: Pool, work: Make, tmp_path: Path, times: int
) -> None:
    task, after = pool.submit(work("die", note=tmp_path / "n", times=times)), pool.submit(work("pid"))
    assert task.wait(30) and result(after) == pool.pid
    assert (tmp_path / "n").read_text().count("here") == 2
    if times == 1:
        assert task.state == "done" and task.result == 2
    else:
        assert (task.state, task.code) == ("failed", "died")
        assert task.error == (
            "The process that explains was killed twice during the explanation, perhaps for want of memory. "
            "Close other programs and try again, or choose another method."
        )


@pytest.mark.parametrize("kind", ["fault", "leave"])
def test_other_deaths_are_the_same_sentence(pool: Pool, work: Make, kind: str) -> None:
    task, after = pool.submit(work(kind)), pool.submit(work("pid"))
    assert task.wait(30) and task.code == "died"
    assert task.error == (
        "The process that explains died twice during the explanation. Choose another method, or see why in "
        "explaining.log."
    )
    log = (pool._settings.var / process.LOG).read_text()
    assert kind != "fault" or ("Segmentation fault" in log and "in fault" in log)
    assert result(after)


def test_a_process_killed_while_it_rests_is_buried_and_costs_no_try(
    pool: Pool, work: Make, tmp_path: Path
) -> None:
    before = result(pool.submit(work("pid")))
    os.kill(before, signal.SIGKILL)
    until(lambda: gone(before))
    task = pool.submit(work("die", note=tmp_path / "n", times=1))
    assert result(task) == 2


def test_an_error_of_ours_travels_as_its_sentence(pool: Pool, work: Make) -> None:
    task = pool.submit(work("refuse"))
    assert task.wait(30) and (task.state, task.code) == ("failed", "no-good")
    assert task.error == "This square is no good. Choose another one."


@pytest.mark.parametrize("kind", ["stumble", "keep"])
def test_any_other_error_is_an_id_that_the_log_has_in_full(pool: Pool, work: Make, kind: str) -> None:
    task = pool.submit(work(kind))
    assert task.wait(30) and (task.state, task.code) == ("failed", "unexpected")
    found = re.search(r"\(error ([0-9a-f]{8})\)", task.error)
    assert found and "secret" not in task.error
    log = (pool._settings.var / process.LOG).read_text()
    assert f"error {found[1]} in explaining: {kind}" in log and "Traceback" in log
    assert ("a secret of the code" in log) or kind == "keep"


def test_too_little_memory_is_a_sentence(pool: Pool, work: Make) -> None:
    task = pool.submit(work("starve"))
    assert task.wait(30) and task.code == "no-memory" and "too little memory" in task.error


def test_what_drops_itself_is_over_too(pool: Pool, work: Make) -> None:
    task = pool.submit(work("drop"))
    assert task.wait(30) and task.state == "cancelled"


def test_what_can_not_be_sent_is_a_sentence_and_the_next_goes_on(pool: Pool, work: Make) -> None:
    task, after = pool.submit(work("add", first=lambda: 1, second=2)), pool.submit(work("pid"))
    assert task.wait(30) and (task.state, task.code) == ("failed", "unexpected")
    assert result(after)


def test_a_work_that_hangs_is_given_up(pool: Pool, work: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    before = result(pool.submit(work("pid")))
    assert pool._runner
    with monkeypatch.context() as patch:
        patch.setattr(pool._runner, "_patience", Patience(hung=0.5))
        task = pool.submit(work("deaf", seconds=60))
        assert task.wait(30)
    assert (task.state, task.code) == ("failed", "hung") and gone(before)
    assert task.error == (
        "The explanation got no further for 0.5 seconds and was stopped. Try again, or choose another method."
    )
    assert result(pool.submit(work("pid"))) != before


def test_a_process_that_was_halted_is_stopped_with_the_pool(fresh: Fresh, work: Make) -> None:
    pool = fresh()
    pid = result(pool.submit(work("pid")))
    os.kill(pid, signal.SIGSTOP)
    task = pool.submit(work("nap", seconds=1))
    until(lambda: task.state == "running")
    start = time.monotonic()
    pool.stop()
    assert gone(pid) and task.state == "cancelled" and time.monotonic() - start < 10


def test_what_runs_and_waits_is_cancelled_when_the_pool_stops(fresh: Fresh, work: Make) -> None:
    pool = fresh()
    tasks = [pool.submit(work("deaf", seconds=60), owner) for owner in "aab"]
    until(lambda: tasks[0].said == "the explanation")
    pid = pool.pid
    pool.stop()
    assert pid and gone(pid) and {task.state for task in tasks} == {"cancelled"}


def test_where_no_log_can_be_written_works_are_done_all_the_same(tmp_path: Path, work: Make) -> None:
    (tmp_path / "var").write_text("a file, not a folder")
    pool = Pool(Settings(var=tmp_path / "var"), {"pid": "tests.explain.pool.doings:pid"})
    try:
        assert result(pool.submit(work("pid"))) == pool.pid
    finally:
        pool.stop()


def test_a_log_that_has_grown_long_is_begun_anew(fresh: Fresh, work: Make, tmp_path: Path) -> None:
    log = tmp_path / "var" / process.LOG
    log.parent.mkdir()
    log.write_bytes(b"x" * (process._LOG_BYTES + 1))
    result(fresh().submit(work("pid")))
    assert log.stat().st_size < 10_000


def test_where_the_system_starts_no_process_that_is_a_sentence(
    fresh: Fresh, work: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = fresh()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", "/no/such/python")
        task = pool.submit(work("pid"))
        assert task.wait(30) and (task.state, task.code) == ("failed", "no-process")
    assert "starts no process" in task.error
    assert result(pool.submit(work("pid")))


_PARENT = """
import os, sys, time
from pathlib import Path
from core.config.settings import Settings
from core.explain.pool.pool import Pool
from core.explain.pool.works import Work
from tests.explain.pool.doings import KINDS
pool = Pool(Settings(var=Path(sys.argv[1])), KINDS)
task = pool.submit(Work(sys.argv[2], Path(sys.argv[3]), sys.argv[4], {"seconds": 60}))
while task.said != "the explanation":
    time.sleep(0.01)
copy = os.fork() if sys.argv[5] else 0
if sys.argv[5] and copy == 0:
    time.sleep(60)
    os._exit(0)
print(pool.pid, copy, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("copied", ["", "by a fork"])
def test_the_process_ends_with_a_parent_that_is_killed_while_it_computes(
    work: Make, tmp_path: Path, copied: str
) -> None:
    one = work("deaf")
    arguments = [sys.executable, "-c", _PARENT, str(tmp_path), one.kind, str(one.bundle), one.digest, copied]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid, copy = map(int, parent.stdout.readline().split())
        try:
            assert not ended(pid)
            parent.kill()
            until(lambda: ended(pid), 10)
        finally:
            if copy:
                os.kill(copy, signal.SIGKILL)
            parent.kill()
