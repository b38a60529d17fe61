"""What a job's folder says to a reader: torn, stale, of another machine, or of a recycled pid."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.config.settings import Settings
from core.errors import InputError, StorageError
from core.jobs import liveness, process, records, runner
from tests.jobs.conftest import ID, mounted, until, write


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own that stands for a worker."""
    with subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True
    ) as it:
        yield it
        it.kill()


def of(worker: subprocess.Popen[bytes]) -> dict[str, Any]:
    seen = process.look(worker.pid)
    assert seen
    return {"pid": worker.pid, "birth": seen.birth}


@pytest.mark.parametrize(
    "job", ["", ".", "..", "../data", ID[:-1], ID + "0", "a/b", ID.upper(), "x" * 5000, "\0"]
)
def test_an_id_that_is_none_is_refused_in_a_sentence(settings: Settings, job: str) -> None:
    (settings.var / "data").mkdir(parents=True)
    write(settings)
    for call in (records.read, records.log, records.events, records.disk_use):
        with pytest.raises(InputError, match="There is no job") as refused:
            call(job, settings)
        assert len(str(refused.value)) < 200


def test_no_folder_no_jobs(settings: Settings) -> None:
    assert records.listing(settings) == []


def test_hidden_and_foreign_folders_are_no_jobs(settings: Settings) -> None:
    write(settings)
    for name in (".new~abc", f".{ID}~gone", "notes"):
        (settings.var / "jobs" / name).mkdir()
    assert [job.id for job in records.listing(settings)] == [ID]


def test_a_living_worker_reads_as_running(settings: Settings, sleeper: subprocess.Popen[bytes]) -> None:
    write(settings, **of(sleeper), beat=0.5)
    found = records.read(ID, settings)
    assert found.state == "running"
    assert found.heartbeat == pytest.approx(time.time() - 0.5, abs=1)


def test_a_recycled_pid_is_another_process_and_is_left_alone(
    settings: Settings, sleeper: subprocess.Popen[bytes]
) -> None:
    write(settings, **{**of(sleeper), "birth": "1"}, beat=0.5)
    assert records.read(ID, settings).state == "failed"
    time.sleep(0.1)
    assert sleeper.poll() is None


def test_a_zombie_is_gone(settings: Settings) -> None:
    with subprocess.Popen([sys.executable, "-c", ""], start_new_session=True) as worker:
        known = of(worker)
        until(lambda: process.look(worker.pid), lambda seen: seen is not None and seen.ended, 5.0)
        write(settings, **known)
        assert records.read(ID, settings).state == "failed"


@pytest.mark.parametrize("shift", [-1e6, -20.0, 1e6])
def test_setting_the_clock_kills_nobody(
    settings: Settings, sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch, shift: float
) -> None:
    write(settings, **of(sleeper), beat=0.5)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + shift)
    assert records.read(ID, settings).state == "running"
    sleeper.kill()
    sleeper.wait()
    assert records.read(ID, settings).state == "failed"


def test_a_process_that_is_there_but_does_nothing_any_more_is_ended(
    settings: Settings, sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liveness, "EVERY_S", 0.1)
    write(settings, **of(sleeper), beat=liveness.HUNG_S - 5, phase="Read")
    os.kill(sleeper.pid, signal.SIGSTOP)
    assert records.read(ID, settings).state == "running"
    pulse = time.monotonic() - liveness.HUNG_S - 1
    (settings.var / "jobs" / ID / liveness.FILE).write_text(f"{pulse:020.3f} {time.time():020.3f}\n")
    found = records.read(ID, settings)
    assert found.state == "failed"
    assert 'in "Read": it answered no more and was ended' in found.reason
    assert sleeper.wait(5) == -signal.SIGKILL


def test_a_worker_that_beats_again_after_the_machine_stood_still_goes_on(
    settings: Settings, sleeper: subprocess.Popen[bytes]
) -> None:
    place = write(settings, **of(sleeper), beat=liveness.HUNG_S + 100)
    waking = threading.Timer(0.3, liveness.beat, [place])
    waking.start()
    assert records.read(ID, settings).state == "running"
    waking.join()
    assert sleeper.poll() is None


def test_a_job_that_is_deleted_while_jobs_are_listed_is_never_a_damaged_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(settings, state="succeeded")
    found = records.folder

    def deleted(job: str, here: Settings) -> Path:
        place = found(job, here)
        shutil.rmtree(place)
        return place

    monkeypatch.setattr(records, "folder", deleted)
    assert records.listing(settings) == []


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"id": "x"', "[]", "null", '{"id": 3}', '{"id": "x", "worker": "w", "share": 7}', "\xff"],
)
def test_a_damaged_record_is_a_failed_job_that_hides_no_other(settings: Settings, text: str) -> None:
    place = write(settings)
    (place / records.FILE).write_bytes(text.encode("latin-1"))
    (found,) = records.listing(settings)
    assert (found.id, found.state) == (ID, "failed")
    assert found.reason == "The record of this job is damaged. Delete the job and start it again."


def test_a_newer_versions_record_is_read(settings: Settings) -> None:
    place = write(settings, state="succeeded")
    fields = json.loads((place / records.FILE).read_text())
    (place / records.FILE).write_text(json.dumps({**fields, "colour": "blue"}))
    assert records.read(ID, settings).state == "succeeded"


@pytest.mark.parametrize("machine", ["", "/", "a", "a/b/c/d"])
def test_a_strange_machine_is_a_machine(settings: Settings, machine: str) -> None:
    write(settings, pid=5, birth="", machine=machine)
    assert records.read(ID, settings).state in ("running", "failed")


@pytest.mark.parametrize("beat", ["", "1.0", "x y", "1 2 3"])
def test_a_damaged_heartbeat_leaves_the_records_own(
    settings: Settings, sleeper: subprocess.Popen[bytes], beat: str
) -> None:
    place = write(settings, **of(sleeper), heartbeat=12.0)
    (place / liveness.FILE).write_text(beat)
    found = records.read(ID, settings)
    assert (found.state, found.heartbeat) == ("running", 12.0)


def test_a_torn_line_of_events_is_left_out(settings: Settings) -> None:
    place = write(settings, state="failed")
    (place / records.EVENTS).write_bytes(b'{"at": 1, "phase": "a"}\n\xff\n3\n{"at": 2}\n{"at": 3, "pha')
    assert records.events(ID, settings) == [{"at": 1, "phase": "a"}, {"at": 2}]


def test_no_events_and_no_log_yet(settings: Settings) -> None:
    write(settings, state="failed")
    assert records.events(ID, settings) == []
    assert records.log(ID, settings) == ""


def test_of_a_long_log_the_end(settings: Settings) -> None:
    place = write(settings, state="failed")
    (place / records.LOG).write_text("".join(f"line {number}\n" for number in range(200_000)))
    before = time.monotonic()
    assert records.log(ID, settings, 2) == "line 199998\nline 199999"
    assert time.monotonic() - before < 0.2


def test_the_reason_quotes_the_last_worker_only_and_no_traceback(settings: Settings) -> None:
    place = write(settings, pid=None, phase="Train", beat=100.0)
    (place / records.LOG).write_text(
        "=== started yesterday\nMemoryError\n=== started today\nTraceback (most recent call last):\n"
        '  File "/srv/secret.py", line 1\n    x\nSystemExit: bad end.\n\n'
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
        "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n"
        "I0000 00:00:1795284808.893346   29049 port.cc:153] oneDNN custom operations are on.\n"
    )
    found = records.read(ID, settings)
    assert found.reason == (
        'The worker vanished in "Train": it never started. Its log ends: SystemExit: bad end. '
        "Start the job again."
    )


def test_disk_use_is_the_files_bytes(settings: Settings) -> None:
    place = write(settings, state="failed")
    before = records.disk_use(ID, settings)
    (place / "checkpoint").mkdir()
    (place / "checkpoint" / "weights").write_bytes(bytes(5000))
    assert 5000 <= records.disk_use(ID, settings) - before <= 5000 + 8192


def test_processes_seen_through_ps_are_those_of_proc(sleeper: subprocess.Popen[bytes]) -> None:
    """The way for systems without /proc."""
    seen = process._from_ps(sleeper.pid)
    assert seen
    assert (seen.group, seen.ended) == (sleeper.pid, False)
    assert seen.birth
    sleeper.kill()
    sleeper.wait()
    assert process._from_ps(sleeper.pid) is None
    assert process.look(sleeper.pid) is None


def test_what_can_not_be_written_down_is_told_all_the_same(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path / "var")
    with mounted(settings.var, "size=1m"):
        place = write(settings, pid=os.getpid(), birth="1")
        subprocess.run(["mount", "-o", "remount,ro", str(settings.var)], check=True)
        assert records.read(ID, settings).state == "failed"
        assert records.stored(place).state == "running"
        with pytest.raises(StorageError, match="can't be written to"):
            runner.delete(ID, settings)
        with pytest.raises(StorageError, match="can't be written to"):
            runner.resume(ID, settings)
