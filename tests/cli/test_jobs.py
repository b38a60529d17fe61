"""The verbs about background jobs, with real workers."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.__main__ import main
from core.config.settings import settings
from core.data import sets
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


@pytest.mark.parametrize("verb", ["show", "log", "cancel", "resume", "delete"])
@pytest.mark.parametrize("job", ["nothing", "../data", "20261121-000000-000000-abcd"])
def test_a_job_that_is_not_there_is_a_sentence(
    verb: str, job: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["jobs", verb, job]) == 1
    assert "There is no job" in capsys.readouterr().err
