"""Jobs that were lost come back once by themselves; those that failed by their own word don't."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.config.settings import ROOT, Settings
from core.errors import InputError
from core.jobs import process, records, runner
from core.jobs.job import Job
from core.jobs.retrying import RECENT_S, Retries, due
from tests.jobs.conftest import WORKER, kill, mounted, until

Started = Callable[..., Job]
Q = "training"
ID = "20260101-120000-000001-00ff"


def left(settings: Settings, number: int = 1, **fields: Any) -> Job:
    """A job as a machine that went down has left it: at work before the last boot."""
    place = settings.var / "jobs" / f"{ID[:-4]}{number:04x}"
    place.mkdir(parents=True)
    node, _, names = process.here().split("/")
    request = {"do": "take_turns", "trace": str(settings.var / "trace")}
    known = {"id": place.name, "worker": WORKER, "request": request, "queue": Q, "state": "running"}
    of_before = {"machine": f"{node}/before/{names}", "pid": 1, "birth": "1", "pulse": 5.0, "attempts": 1}
    return records.keep(place, Job(**{**known, **of_before, "created": time.time() - 60, **fields}))


def test_a_killed_one_goes_on_after_the_pause_and_only_once(
    settings: Settings, started: Started, at: Started, ended: Started, tmp_path: Path
) -> None:
    retries = Retries(settings, pause=0.4)
    job = at(started("sleep", Q, trace=str(tmp_path / "trace")), "Sleep")
    assert (job.attempts, retries.look()) == (1, [])
    kill(job)
    assert retries.look() == []
    found = records.stored(records.folder(job.id, settings))
    assert (found.state, found.lost) == ("failed", True), "settled though nobody read it"
    time.sleep(0.45)
    (again,) = retries.look()
    assert (again.id, again.state, again.attempts, again.lost) == (job.id, "queued", 2, False)
    assert retries.look() == []
    (told,) = [event for event in records.events(job.id, settings) if "retry" in event]
    assert told["retry"] == 1
    assert "it was killed" in told["reason"]

    kill(at(again, "Sleep"))
    assert (retries.look(), time.sleep(0.45), retries.look()) == ([], None, [])
    assert records.read(job.id, settings).state == "failed"
    by_hand = runner.resume(job.id, settings)
    assert by_hand.attempts == 1


def test_queued_and_running_ones_come_back_after_a_restart_of_the_machine(
    settings: Settings, ended: Started
) -> None:
    jobs = [
        left(settings, 1, phase="Train", share=0.4),
        left(settings, 2, state="queued", words="waiting for 1 job before it"),
        left(settings, 3, state="queued", pid=None, birth="", heartbeat=time.time() - 600),
    ]
    retries = Retries(settings, pause=0.2)
    retries.look()
    assert {job.state for job in records.listing(settings)} == {"failed"}
    time.sleep(0.25)
    assert [job.id for job in retries.look()] == [job.id for job in jobs]
    assert [ended(job, 30.0).state for job in jobs] == ["succeeded"] * 3
    begun = [line[1:] for line in (settings.var / "trace").read_text().split() if line[0] == "+"]
    assert begun == [job.id for job in jobs]


@pytest.mark.parametrize(
    "fields",
    [
        {"queue": ""},
        {"lost": False},
        {"state": "cancelled"},
        {"state": "succeeded"},
        {"attempts": 2},
        {"machine": "other/boot/names"},
        {"ended": -RECENT_S - 5},
        {"ended": RECENT_S + 5},
    ],
)
def test_what_is_left_to_people(settings: Settings, fields: dict[str, Any]) -> None:
    lost: dict[str, Any] = {"state": "failed", "lost": True, "ended": time.time()}
    if "ended" in fields:
        fields = {"ended": time.time() + fields["ended"]}
    assert due(left(settings, 1, **lost))
    other = left(settings, 2, **{**lost, **fields})
    assert not due(other)
    retries = Retries(settings, pause=0.0)
    assert [job.id for job in retries.look()] == [f"{ID[:-4]}0001"]
    assert records.read(other.id, settings) == other


@pytest.mark.parametrize("do", ["refuse", "stumble", "vanish", "succeed"])
def test_a_worker_that_ended_by_itself_is_not_lost(
    settings: Settings, started: Started, ended: Started, do: str
) -> None:
    job = ended(started(do, Q, last="good bye"))
    assert not job.lost
    assert Retries(settings, pause=0.0).look() == []


def test_a_lost_one_that_is_cancelled_stays_as_it_is(settings: Settings) -> None:
    job = left(settings, state="failed", lost=True, reason="It was killed.", ended=time.time())
    found = runner.cancel(job.id, settings)
    assert (found.state, found.reason, found.lost) == ("failed", "It was killed.", False)
    assert Retries(settings, pause=0.0).look() == []
    assert records.read(job.id, settings) == found


@pytest.mark.parametrize("what", ["resumed", "deleted", "cancelled"])
def test_who_was_faster_is_left_alone(
    settings: Settings, started: Started, at: Started, tmp_path: Path, what: str
) -> None:
    job = at(started("sleep", Q, trace=str(tmp_path / "trace")), "Sleep")
    retries = Retries(settings, pause=0.3)
    if what == "cancelled":
        runner.cancel(job.id, settings)
    else:
        kill(job)
    retries.look()
    if what == "resumed":
        at(runner.resume(job.id, settings), "Sleep")
    elif what == "deleted":
        runner.delete(job.id, settings)
    time.sleep(0.35)
    assert retries.look() == []
    assert [event for one in records.listing(settings) for event in records.events(one.id, settings)
            if "retry" in event] == []  # fmt: skip
    if what != "deleted":
        with pytest.raises(InputError, match="is not lost"):
            runner.retry(job.id, settings)


def test_of_two_servers_one_resumes_it(settings: Settings, ended: Started) -> None:
    job = left(settings, state="failed", lost=True, ended=time.time())
    script = (
        "import time\nfrom pathlib import Path\nfrom core.config.settings import Settings\n"
        "from core.jobs.retrying import Retries\n"
        f"var = Path({str(settings.var)!r})\nretries = Retries(Settings(var=var), pause=0.0)\n"
        "print('up', flush=True)\n"
        "while not (var / 'go').exists(): pass\n"
        "found, end = [], time.monotonic() + 0.5\n"
        "while time.monotonic() < end: found += retries.look()\n"
        "print(len(found))"
    )
    command = [sys.executable, "-c", script]
    servers = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [server.stdout and server.stdout.readline() for server in servers] == ["up\n"] * 2
    (settings.var / "go").touch()
    assert sorted(server.communicate(timeout=30)[0].strip() for server in servers) == ["0", "1"]
    assert ended(job).state == "succeeded"
    assert (settings.var / "trace").read_text().split() == [f"+{job.id}", f"-{job.id}"]
    assert len([event for event in records.events(job.id, settings) if "retry" in event]) == 1


def test_two_who_resume_at_once_start_one_worker(settings: Settings, ended: Started) -> None:
    job = left(settings, state="failed", ended=time.time())
    said: list[object] = []

    def resume() -> None:
        try:
            said.append(runner.resume(job.id, settings).pid)
        except Exception as error:
            said.append(str(error))

    people = [threading.Thread(target=resume) for _ in range(4)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert len([one for one in said if isinstance(one, int)]) == 1, said
    assert all("can't be resumed" in one or "worker already" in one for one in said if isinstance(one, str))
    assert ended(job).state == "succeeded"
    assert len((settings.var / "trace").read_text().split()) == 2


def test_a_full_disk_puts_it_off(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path / "var")
    with mounted(settings.var, "size=1m"):
        job = left(settings, state="failed", lost=True, ended=time.time())
        filler = settings.var / "filler"
        with filler.open("wb", buffering=0) as stream, pytest.raises(OSError, match="No space"):
            while True:
                stream.write(bytes(4096))
        retries = Retries(settings, pause=0.0)
        assert retries.look() == []
        assert records.read(job.id, settings).attempts == 1
        filler.unlink()
        (again,) = retries.look()
        found = until(lambda: records.read(again.id, settings), lambda now: now.finished, 15.0)
        assert found.state == "succeeded"


def test_a_record_of_before_there_were_retries_is_read(settings: Settings) -> None:
    job = left(settings, state="failed", ended=time.time())
    path = settings.var / "jobs" / job.id / records.FILE
    fields = json.loads(path.read_text())
    del fields["attempts"], fields["lost"]
    path.write_text(json.dumps(fields))
    assert not due(records.read(job.id, settings))
