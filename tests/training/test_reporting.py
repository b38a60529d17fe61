from pathlib import Path

import pytest

from core.config.params import Params
from core.config.settings import Settings
from core.jobs import records
from core.jobs.job import Job
from core.jobs.reporter import Reporter
from core.tracking.outbox import FOLDER, Delivered, Outbox
from core.tracking.recorder import Recorder
from core.training.reporting import JobRun

ID = "20260101-120000-000001-00ff"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "var" / "jobs" / ID
    folder.mkdir(parents=True)
    records.keep(folder, Job(id=ID, worker="core.training.worker"))
    return folder


@pytest.mark.parametrize("branch", ["", "fold 1", "trial 7"])
def test_a_job_names_its_run_as_soon_as_mlflow_has_it(place: Path, tmp_path: Path, branch: str) -> None:
    box = Outbox(place / FOLDER)
    box.open()
    # never entered, so that nothing is delivered but what is noted here
    recorder = Recorder(place, Settings(var=tmp_path / "var"), experiment="e", name="n", job=ID)
    with Reporter(place) as report:
        outside = JobRun(report, recorder, Params(), 1)
        with outside.branch(branch, Params()) as one:
            one.progress("features: 1 of 9", 0.1)
            assert "run_id" not in records.stored(place).facts
            box.note(Delivered(run_id="abc"))
            one.progress("head", 0.0)
            assert records.stored(place).facts["run_id"] == "abc"
