"""Jobs of one queue: who waits, who goes on, and who may not keep others waiting."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import pytest

from core.config.settings import ROOT, Settings
from core.errors import InputError
from core.jobs import liveness, process, records, runner, slots
from core.jobs.job import Job
from tests.jobs.conftest import WORKER, Q, kill, mounted, one_after_the_other, over, until

Started = Callable[..., Job]


@pytest.fixture
def taken(settings: Settings) -> Iterator[BinaryIO]:
    """The only slot, in this process."""
    place = settings.var / "jobs"
    place.mkdir(parents=True)
    with slots.wait(Job(id="0", worker="w", queue=Q), place / "0", settings, lambda words: None) as slot:
        yield slot


def test_of_two_people_who_start_at_once_one_waits(
    settings: Settings, started: Started, ended: Started, tmp_path: Path
) -> None:
    trace = str(tmp_path / "trace")
    with ThreadPoolExecutor(2) as both:
        jobs = list(both.map(lambda n: started("take_turns", Q, trace=trace, seconds=1.0), range(2)))
    first, second = sorted(jobs, key=lambda job: job.id)
    until(lambda: records.read(first.id, settings), lambda now: now.state == "running", 15.0)
    assert records.read(second.id, settings).state == "queued"
    done = [ended(first), ended(second)]
    assert [job.state for job in done] == ["succeeded", "succeeded"]
    assert Path(trace).read_text().split() == [f"{sign}{job.id}" for job in done for sign in "+-"]
    assert (done[1].started or 0) >= (done[0].ended or 0) > (done[1].created)
    assert done[1].words == ""


def test_one_that_waits_is_seen_waiting_and_beats(
    settings: Settings, started: Started, busy: Job, waits: Started
) -> None:
    second, third = started("succeed", Q), started("succeed", Q)
    found = waits(second, 1)
    assert waits(third, 2).words == "waiting for 2 jobs before it"
    assert process.lives(found.pid or 0, found.birth)
    assert (found.started, found.share) == (None, 0.0)
    resident = int(Path(f"/proc/{found.pid}/status").read_text().partition("VmRSS:")[2].split()[0])
    assert resident < 64 * 1024, f"{resident / 1024:.0f} MB, of which a waiting one has no use"
    later = until(
        lambda: records.read(second.id, settings), lambda now: now.pulse > found.pulse, 2 * liveness.EVERY_S
    )
    assert liveness.alive(later)
    assert [event for event in records.events(second.id, settings) if "state" in event] == []


def test_another_queue_or_none_waits_for_nobody(started: Started, at: Started, tmp_path: Path) -> None:
    jobs = [started("sleep", queue, trace=str(tmp_path / "t")) for queue in (Q, "ingest", f"../{Q}", "", "")]
    for job in jobs:
        at(job, "Sleep")
    assert [path.name for path in tmp_path.iterdir()] == ["var"], "no slot lies outside its folder"


def test_a_killed_worker_frees_its_slot_and_is_settled_though_nobody_looks(
    settings: Settings, started: Started, busy: Job, waits: Started
) -> None:
    second = waits(started("succeed", Q), 1)
    kill(busy)
    place = records.folder(second.id, settings)
    until(lambda: records.stored(place).state, lambda state: state == "succeeded", 10.0)
    left = records.stored(records.folder(busy.id, settings))
    assert (left.state, left.lost) == ("failed", True)


def test_a_killed_one_that_waited_keeps_nobody_waiting(
    settings: Settings, started: Started, busy: Job, waits: Started, ended: Started
) -> None:
    second, third = started("succeed", Q), started("succeed", Q)
    kill(waits(second, 1))
    waits(third, 1)
    assert records.read(second.id, settings).state == "failed"
    runner.cancel(busy.id, settings)
    assert ended(third).state == "succeeded"


def test_a_cancelled_one_that_waited_is_gone_at_once(
    settings: Settings, started: Started, busy: Job, waits: Started
) -> None:
    second, third = waits(started("succeed", Q), 1), started("succeed", Q)
    before = time.monotonic()
    found = runner.cancel(second.id, settings)
    assert time.monotonic() - before < 1.5
    assert (found.state, found.reason, found.started) == ("cancelled", "Cancelled, as asked.", None)
    assert not process.lives(second.pid or 0, second.birth)
    waits(third, 1)
    assert records.read(busy.id, settings).state == "running"


def test_a_deaf_one_is_forced_and_the_next_goes_on(
    settings: Settings, started: Started, at: Started, ended: Started
) -> None:
    deaf = at(started("stubborn", Q), "Ignore")
    second = started("succeed", Q)
    assert runner.cancel(deaf.id, settings, grace=0.3).state == "cancelled"
    assert ended(second).state == "succeeded"


def test_a_plain_sigterm_ends_the_waiting(
    started: Started, taken: BinaryIO, waits: Started, ended: Started
) -> None:
    second = waits(started("succeed", Q), 0)
    os.kill(second.pid or 0, signal.SIGTERM)
    found = ended(second)
    assert (found.state, found.reason[:20]) == ("cancelled", "Stopped from outside")


def test_one_that_waits_has_its_folder_to_itself(
    settings: Settings, started: Started, taken: BinaryIO, waits: Started
) -> None:
    second = waits(started("succeed", Q), 0)
    with pytest.raises(InputError, match=r"isn't over\. Cancel it first"):
        runner.delete(second.id, settings)
    command = [sys.executable, "-m", WORKER, str(records.folder(second.id, settings))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert f"The job {second.id} has a worker already." in done.stderr
    now = records.read(second.id, settings)
    assert (now.state, now.pid) == ("queued", second.pid)


def test_a_starter_that_is_killed_leaves_its_job_in_the_queue(
    settings: Settings, taken: BinaryIO, waits: Started, ended: Started
) -> None:
    script = (
        "import time\nfrom pathlib import Path\nfrom core.config.settings import Settings\n"
        "from core.jobs import runner\n"
        f"here = Settings(var=Path({str(settings.var)!r}))\n"
        f"job = runner.start('{WORKER}', {{'do': 'succeed'}}, here, '{Q}')\n"
        "print(job.id, flush=True)\ntime.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert starter.stdout
    job = records.read(starter.stdout.readline().strip(), settings)
    starter.kill()
    starter.communicate()
    waits(job, 0)
    taken.close()
    assert ended(job).state == "succeeded"


def test_damaged_records_and_a_clock_that_went_back_hold_up_nobody(
    settings: Settings, started: Started, busy: Job, ended: Started
) -> None:
    """Of two older jobs, one can't be read; and the one at work beat tomorrow by the wall clock."""
    jobs = settings.var / "jobs"
    (jobs / "20200101-000000-000000-0000").mkdir()
    (jobs / "20200101-000000-000000-0000" / records.FILE).write_text('{"state": "queued", "queue": "trai')
    never = jobs / "20200101-000000-000000-0001"
    never.mkdir()
    late = time.monotonic() - liveness.START_S - 1
    here = process.here()
    records.keep(never, Job(id=never.name, worker="w", queue=Q, machine=here, pulse=late, heartbeat=2e9))
    second = started("succeed", Q)
    (jobs / busy.id / liveness.FILE).write_text(f"{time.monotonic():020.3f} {time.time() + 86400:020.3f}\n")
    until(lambda: records.stored(jobs / second.id).words, lambda said: said == slots.words(1), 10.0)
    assert records.read(busy.id, settings).state == "running"
    runner.cancel(busy.id, settings)
    assert ended(second).state == "succeeded"
    assert records.stored(never).state == "failed"


def test_a_disk_that_is_full_when_its_turn_comes(tmp_path: Path) -> None:
    var = tmp_path / "small"
    with mounted(var, "size=2m"):
        settings = Settings(var=var)
        trace = {"do": "sleep", "trace": str(tmp_path / "trace")}
        first = runner.start(WORKER, trace, settings, Q)
        until(lambda: records.read(first.id, settings).phase, lambda phase: phase == "Sleep", 15.0)
        second = runner.start(WORKER, {"do": "succeed"}, settings, Q)
        until(lambda: records.read(second.id, settings).words, lambda said: said == slots.words(1), 15.0)
        for job in (first, second):
            (records.folder(job.id, settings) / records.RESERVE).unlink()
        with (var / "filler").open("wb", buffering=0) as stream, pytest.raises(OSError, match="No space"):
            while True:
                stream.write(bytes(4096))
        time.sleep(liveness.EVERY_S + 0.5)
        assert liveness.alive(records.read(second.id, settings))
        runner.cancel(first.id, settings)
        found = until(lambda: records.read(second.id, settings), over, 15.0)
        assert (found.state, "the disk is full" in found.reason.lower()) == ("failed", True)
        (var / "filler").unlink()
        runner.resume(second.id, settings)
        assert until(lambda: records.read(second.id, settings), over, 15.0).state == "succeeded"


def test_an_old_one_that_is_resumed_waits_before_the_younger(
    settings: Settings, started: Started, busy: Job, waits: Started, ended: Started, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    old = started("take_turns", Q, trace=str(trace))
    runner.cancel(old.id, settings)
    young = waits(started("take_turns", Q, trace=str(trace)), 1)
    runner.resume(old.id, settings)
    waits(young, 2)
    runner.cancel(busy.id, settings)
    ended(young)
    assert one_after_the_other(trace) == [old.id, young.id]


@pytest.mark.parametrize(
    ("others", "said"),
    [
        (0, "waiting for a free slot"),
        (1, "waiting for 1 job before it"),
        (3, "waiting for 3 jobs before it"),
    ],
)
def test_what_is_said_of_it(others: int, said: str) -> None:
    assert slots.words(others) == said
