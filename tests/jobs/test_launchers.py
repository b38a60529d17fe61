"""Where workers run is chosen in one place, and the job's folder is all that is shared with it."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from core.config.settings import ROOT, Settings
from core.errors import StudioError
from core.jobs import launchers, process, records, runner
from core.jobs.job import Job
from core.jobs.launchers import Launched, Launcher, Local
from tests.jobs.conftest import WORKER


class Elsewhere:
    """As a machine that only the folder is shared with: it names no process and takes no signal."""

    def launch(self, place: Path, worker: str, settings: Settings) -> Launched:
        environment = {**os.environ, "KCS_VAR": str(settings.var), "KCS_SLOTS": str(settings.slots)}
        command = [sys.executable, "-m", worker, str(place)]
        started = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        threading.Thread(target=started.wait, daemon=True).start()
        return Launched(None, "", "elsewhere//")

    def end(self, job: Job, force: bool) -> None:
        return None


def test_jobs_run_on_this_machine_unless_told_otherwise(settings: Settings) -> None:
    there: Launcher = launchers.launcher()
    assert isinstance(there, Local)


def test_another_place_needs_no_more_than_the_folder(
    settings: Settings, ended: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launchers, "launcher", Elsewhere)
    job = runner.start(WORKER, {"do": "succeed"}, settings, "training")
    assert (job.pid, job.machine) == (None, "elsewhere//")
    found = ended(job)
    assert (found.state, found.result["counted"]) == ("succeeded", 5)


def test_a_cancel_reaches_another_place_through_the_folder(
    settings: Settings,
    at: Callable[..., Job],
    ended: Callable[..., Job],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(launchers, "launcher", Elsewhere)
    job = at(runner.start(WORKER, {"do": "sleep", "trace": str(tmp_path / "trace")}, settings), "Sleep")
    assert runner.cancel(job.id, settings).state == "cancelled"
    assert (tmp_path / "trace").read_text() == "cleaned up"


def test_a_process_that_can_not_be_had_leaves_no_job(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    with pytest.raises(StudioError, match="starts no process"):
        runner.start(WORKER, {"do": "succeed"}, settings, "training")
    assert records.listing(settings) == []


def test_a_resume_without_a_process_leaves_the_job_as_it_was(
    settings: Settings, ended: Callable[..., Job], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    job = ended(runner.start(WORKER, {"do": "refuse"}, settings))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    with pytest.raises(StudioError, match="starts no process"):
        runner.resume(job.id, settings)
    assert records.read(job.id, settings) == job


def test_what_is_launched_is_known(settings: Settings, ended: Callable[..., Job]) -> None:
    job = runner.start(WORKER, {"do": "succeed", "seconds": 0.5}, settings)
    assert job.machine == process.here()
    assert process.lives(job.pid or 0, job.birth)
    assert ended(job).pid == job.pid
