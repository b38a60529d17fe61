from pathlib import Path

import pytest

from core.config.settings import Settings
from core.data import manifest
from core.data.manifest import Row
from core.errors import DataError
from core.jobs import records
from core.jobs.job import Job
from core.jobs.reporter import Reporter
from core.training import recording
from core.training.history import HEAD, Epoch
from core.training.task import Task

ID = "20260101-120000-000001-00ff"
ROWS = [Row(f"images/a/{at}.png", "Cyst", f"{at:064x}", 9, 9, "s", "g", "axial", "", "0") for at in range(3)]


def test_a_run_taken_up_again_knows_how_far_it_was_and_with_which_data(tmp_path: Path) -> None:
    here = Settings(var=tmp_path / "var")
    place, data = tmp_path / "var" / "jobs" / ID, tmp_path / "small"
    place.mkdir(parents=True)
    data.mkdir()
    manifest.write(data, ROWS)
    records.keep(place, Job(id=ID, worker="core.training.worker"))
    task = Task("small", ID, data, tmp_path / "out")
    with Reporter(place) as report:
        recording._taken_up(task, report, here)
        assert "epoch" not in report.job.facts
        for branch, numbers in (("fold 1", (1, 2, 3)), ("fold 2", (1, 2))):
            for number in numbers:
                report.event(**Epoch(number, 9, HEAD, {"val_loss": 1.0}, branch=branch).event())
        recording._taken_up(task, report, here)
        assert (report.job.facts["epoch"], report.job.facts["epochs"]) == (2, 9)
        manifest.write(data, ROWS[1:])
        with pytest.raises(DataError, match="was changed since this run began"):
            recording._taken_up(task, report, here)
