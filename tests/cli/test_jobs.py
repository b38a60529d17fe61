"""The verbs about background jobs, with real workers."""

import io
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.__main__ import main
from core.config.settings import settings
from core.data import sets
from core.jobs import process, records
from core.jobs.job import Job
from tests.support.sets import write_set


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place of its own for what the verbs write."""
    monkeypatch.setenv("KCS_VAR", str(tmp_path / "var"))
    settings.cache_clear()
    yield tmp_path / "var"
    settings.cache_clear()


def said(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict]:
    capsys.readouterr()
    assert main([*words, "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def finished(capsys: pytest.CaptureFixture[str], job: str) -> dict:
    for _ in range(300):
        (found,) = said(capsys, "jobs", "show", job)
        if found["state"] not in ("queued", "running"):
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def test_an_ingest_goes_on_in_the_background(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = write_set(tmp_path / "raw")
    (job,) = said(capsys, "ingest", str(raw), "--name", "mine", "--detach")
    found = finished(capsys, job["id"])
    assert (found["state"], found["result"]["slices"]) == ("succeeded", 24)
    assert {"id", "state", "pid", "phase", "reason"} <= found.keys()
    assert sets.names(settings()) == ["mine"]
    assert [one["id"] for one in said(capsys, "jobs", "list")] == [job["id"]]

    assert main(["jobs", "log", job["id"]]) == 0
    assert "core.data.worker" in capsys.readouterr().out
    assert main(["jobs", "list"]) == 0
    assert "succeeded  ingest mine" in capsys.readouterr().out
    said(capsys, "jobs", "delete", job["id"])
    assert said(capsys, "jobs", "list") == []
    assert sets.names(settings()) == ["mine"]


def test_one_that_fails_says_why_and_can_be_resumed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = write_set(tmp_path / "raw", classes=("Cyst",))
    (job,) = said(capsys, "ingest", str(raw), "--name", "mine", "--detach")
    found = finished(capsys, job["id"])
    assert found["state"] == "failed"
    assert "needs at least two folders of pictures" in found["reason"]
    write_set(tmp_path / "raw", classes=("Cyst", "Normal"))
    said(capsys, "jobs", "resume", job["id"])
    assert finished(capsys, job["id"])["state"] == "succeeded"


def test_one_that_runs_is_cancelled_and_leaves_no_set(capsys: pytest.CaptureFixture[str]) -> None:
    (job,) = said(capsys, "ingest", "synthetic", "--name", "mine", "--detach")
    (found,) = said(capsys, "jobs", "cancel", job["id"])
    assert found["state"] == "cancelled"
    assert sets.names(settings()) == []


def kept(var: Path, number: int, **fields: Any) -> Job:
    """A job as a worker has left it."""
    place = var / "jobs" / f"20260101-120000-000001-{number:04x}"
    place.mkdir(parents=True)
    request = {"dataset": "kidney", "params": {"model": {}}, "title": "", "out": None}
    known = {"id": place.name, "worker": "core.training.worker", "request": request, "created": 1.0}
    return records.keep(place, Job(**{**known, **fields}))


def test_a_training_tells_how_far_it_is(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = {"epoch": 7, "epochs": 20, "run_id": "7f3a", "images_per_s": 41.23456, "branch": ""}
    here = {"machine": process.here(), "pulse": time.monotonic(), "pid": os.getpid()}
    seen = process.look(os.getpid())
    assert seen
    job = kept(var, 1, state="running", phase="Train", share=0.35, facts=facts, birth=seen.birth, **here)
    (told,) = said(capsys, "jobs", "show", job.id)
    assert [told[name] for name in ("state", "phase", "epoch", "epochs", "run_id", "reason")] == [
        "running", "Train", 7, 20, "7f3a", "",
    ]  # fmt: skip
    assert said(capsys, "jobs", "list")[0]["epoch"] == 7
    assert main(["jobs", "show", job.id]) == 0
    shown = capsys.readouterr().out
    assert "running 35% Train  kidney" in shown
    assert "images_per_s: 41.23\n" in shown
    assert "branch" not in shown


def test_one_that_is_over_shows_why_and_what_came_out(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    failed = kept(var, 1, state="failed", reason="The disk is full.", attempts=2, facts={"epoch": 3})
    result = {"run_id": "7f3a", "macro_f1": {"value": 0.91234, "low": 0.88, "high": 0.94}}
    done = kept(var, 2, state="succeeded", result=result)
    assert main(["jobs", "show", failed.id]) == 0
    told = capsys.readouterr().out
    assert "The disk is full." in told
    assert "started again by itself" in told
    assert main(["jobs", "show", done.id]) == 0
    assert "macro_f1: value 0.9123, low 0.88, high 0.94" in capsys.readouterr().out
    assert said(capsys, "jobs", "show", done.id)[0]["run_id"] == "7f3a"


def test_what_happened_is_told_line_by_line(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    job = kept(var, 1, state="failed")
    lines = '{"at": 0, "phase": "Train"}\n{"at": 61.5, "epoch": 1, "metrics": {"loss": NaN}}\n{"retry": 1}\n'
    (var / "jobs" / job.id / records.EVENTS).write_text(lines)
    told = said(capsys, "jobs", "events", job.id)
    assert [event.get("epoch") for event in told] == [None, 1, None]
    assert told[1]["metrics"] == {"loss": None}
    assert main(["jobs", "events", job.id]) == 0
    assert capsys.readouterr().out == (
        "1970-01-01 00:00:00 UTC  phase=Train\n"
        "1970-01-01 00:01:01 UTC  epoch=1  metrics=loss None\n"
        "-  retry=1\n"
    )


def test_old_ones_are_deleted_when_that_is_confirmed(
    var: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = kept(var, 1, state="failed", ended=1.0), kept(var, 2, state="failed", ended=time.time())
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert main(["jobs", "clean"]) == 1
    assert "Delete 1 job that ended over 30 days ago" in capsys.readouterr().err
    assert len(said(capsys, "jobs", "list")) == 2
    (told,) = said(capsys, "jobs", "clean", "--yes")
    assert told["deleted"] == [old.id]
    assert [job["id"] for job in said(capsys, "jobs", "list")] == [new.id]
    assert main(["jobs", "clean"]) == 0
    assert "No job ended over 30 days ago." in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["show", "log", "events", "cancel", "resume", "delete"])
@pytest.mark.parametrize("job", ["nothing", "../data", "20261121-000000-000000-abcd"])
def test_a_job_that_is_not_there_is_a_sentence(
    verb: str, job: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["jobs", verb, job]) == 1
    assert "There is no job" in capsys.readouterr().err
