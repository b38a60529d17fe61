"""Finished jobs are ticked on the Train page and held against each other in Experiments."""

import json
from pathlib import Path

import pytest

from app.components.training import to_experiments
from tests.support import trainings
from tests.support.train_page import Train

pytestmark = pytest.mark.usefixtures("assets")
RUNS = [f"{number}" * 32 for number in range(1, 9)]


def test_two_that_are_ticked_lead_to_their_comparison(var: Path) -> None:
    jobs = [trainings.job(var, n, ago=900 / n, result={"run_id": RUNS[n]}) for n in (1, 2)]
    page = Train().sound()
    assert page.at.button(key="tr-job-compare").disabled
    page.at.checkbox(key=f"tr-job-pick-{jobs[1]}").set_value(True).run()
    assert page.sound().at.button(key="tr-job-compare").disabled
    page.at.checkbox(key=f"tr-job-pick-{jobs[0]}").set_value(True).run()
    assert page.sound().address(to_experiments.KEY) == f"{jobs[1]},{jobs[0]}"
    page.at.button(key="tr-job-compare").click().run()
    assert page.address("view") == "Compare"
    assert page.address("runs") == "33333333,22222222"
    assert "<h1>Experiments</h1>" in page.sound().text


def test_a_link_ticks_what_it_names_and_passes_over_what_is_none(var: Path) -> None:
    jobs = [trainings.job(var, n, title="same", result={"run_id": RUNS[n]}) for n in range(1, 8)]
    failed = trainings.job(var, 9, "failed", reason="It broke.")
    page = Train(compare=",".join([jobs[0], "nothing", failed, jobs[1]])).sound()
    ticked = [one.key for one in page.at.checkbox if one.key.startswith("tr-job-pick-") and one.value]
    assert sorted(ticked) == [f"tr-job-pick-{job}" for job in jobs[:2]]
    page.at.button(key="tr-job-compare").click().run()
    assert page.address("runs") == "22222222,33333333"
    page = Train(compare=",".join(jobs)).sound()
    assert page.at.checkbox(key=f"tr-job-pick-{jobs[6]}").disabled


def test_a_job_whose_run_never_reached_mlflow_cannot_be_ticked(var: Path) -> None:
    jobs = [trainings.job(var, n, result={"run_id": run}) for n, run in ((1, None), (2, 7), (3, RUNS[3]))]
    page = Train(compare=",".join(jobs)).sound()
    boxes = [page.at.checkbox(key=f"tr-job-pick-{job}") for job in jobs]
    assert [(one.disabled, one.value) for one in boxes] == [(True, False), (True, False), (False, True)]
    assert "no run of this job" in boxes[0].help
    assert page.at.button(key="tr-job-compare").disabled


def test_a_run_that_arrived_late_is_found(var: Path) -> None:
    job = trainings.job(var, 1, result={"run_id": None})
    other = trainings.job(var, 2, result={"run_id": RUNS[2]})
    box = var / "jobs" / job / "outbox"
    box.mkdir()
    (box / "delivered.json").write_text(json.dumps({"run_id": RUNS[5], "length": 5}))
    page = Train(compare=f"{job},{other}").sound()
    page.at.button(key="tr-job-compare").click().run()
    assert page.address("runs") == "66666666,33333333"
