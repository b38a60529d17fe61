"""The thread of the server that looks after jobs."""

import asyncio
import logging
import threading
import time
from pathlib import Path

import pytest

from app import caretaker
from core.config.settings import Settings, settings
from core.jobs import process, records
from core.jobs.job import Job
from core.tracking import delivery, entries
from core.tracking.outbox import FOLDER, Outbox


def names() -> list[str]:
    return [thread.name for thread in threading.enumerate()]


def test_it_works_as_long_as_the_server_does_and_settles_what_nobody_looks_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KCS_VAR", str(tmp_path))
    monkeypatch.setattr(caretaker, "EVERY_S", 0.05)
    settings.cache_clear()
    place = tmp_path / "jobs" / "20260101-120000-000001-00ff"
    place.mkdir(parents=True)
    gone = Job(id=place.name, worker="w", state="running", pid=1, birth="of another", machine=process.here())
    records.keep(place, gone)

    async def serve() -> None:
        async with caretaker.lifespan(None):
            assert "caretaker" in names()
            end = time.monotonic() + 10
            while records.stored(place).state != "failed":
                assert time.monotonic() < end
                await asyncio.sleep(0.05)

    try:
        asyncio.run(serve())
    finally:
        settings.cache_clear()
    assert "caretaker" not in names()


def test_what_goes_wrong_ends_nothing_and_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    over, looks = threading.Event(), 0

    def look() -> None:
        nonlocal looks
        looks += 1
        if looks == 8:
            over.set()
        if looks != 5:
            raise OSError(5, "Input/output error")

    with caplog.at_level(logging.ERROR):
        caretaker.watch(look, over, every=0.001)
    assert looks == 8
    assert [record.getMessage() for record in caplog.records] == ["the jobs can't be looked after"] * 2


def alive(pid: int) -> bool:
    try:
        return f"{pid} (" in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def test_where_others_share_the_registry_a_process_follows_it_until_the_server_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'of-all.db'}")
    monkeypatch.setattr(caretaker, "FOLLOW_S", 0.1)
    monkeypatch.setattr(caretaker, "_END_S", 0.5)
    follower = caretaker.Follower(Settings(var=tmp_path / "var"))
    pids = []
    try:
        for _ in range(2):
            follower.look()
            process = follower._process
            assert process and process.poll() is None
            pids.append(process.pid)
            follower.look()
            assert follower._process is process
            if len(pids) == 1:
                process.kill()
                process.wait()
                time.sleep(0.1)
    finally:
        follower.stop()
    assert len(set(pids)) == 2 and not any(alive(pid) for pid in pids)
    time.sleep(0.1)
    follower.look()
    assert follower._process is process and process.poll() is not None


def test_where_runs_are_ours_alone_nobody_follows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    follower = caretaker.Follower(Settings(var=tmp_path))
    follower.look()
    assert follower._process is None and not (tmp_path / "registry").exists()
    follower.stop()


def test_what_mlflow_has_not_got_of_a_job_that_is_over_is_sent(tmp_path: Path) -> None:
    here = Settings(var=tmp_path)
    place = tmp_path / "jobs" / "20260101-120000-000001-00ff"
    place.mkdir(parents=True)
    records.keep(place, Job(id=place.name, worker="w", state="failed"))
    box = Outbox(place / FOLDER)
    box.open()
    start = {"experiment": "e", "name": "n", "parent": None, "tags": {entries.OUTBOX: place.name}}
    box.append(kind=entries.START, at=1, **start)
    deliveries = caretaker.Deliveries(here)
    end = time.monotonic() + 120
    deliveries.look()
    while not box.done:
        assert time.monotonic() < end
        deliveries.look()
        time.sleep(0.2)
    assert delivery.pending(here) == []
