"""Stop, resume, clone, delete: what a button does, and what it says when it can't."""

import json
import shutil
import time
from pathlib import Path

import pytest

from app import training_jobs
from core.config.settings import settings
from core.jobs import records
from tests.support import trainings
from tests.support.train_page import Train

pytestmark = pytest.mark.usefixtures("assets")


def state(job: str) -> str:
    return records.read(job, settings()).state


def until(job: str, wanted: str) -> None:
    end = time.monotonic() + 15
    while state(job) != wanted:
        assert time.monotonic() < end, state(job)
        time.sleep(0.05)


def test_stop_ends_the_worker_and_the_job_is_stopped(var: Path, worker: int) -> None:
    job = trainings.job(var, 1, "running", pid=worker, phase="head")
    page = Train(job)
    page.at.button(key=f"tr-job-stop-line-{job}").click().run()
    until(job, "cancelled")
    page.at.run()
    assert "stopped" in page.sound().text and "Cancelled, as asked." in page.text
    assert page.has("tr-job-resume") and not page.has(f"tr-job-stop-line-{job}")


def test_a_stop_that_takes_long_holds_nothing_up_and_every_browser_sees_it(var: Path, worker: int) -> None:
    job = trainings.job(var, 1, "running", pid=worker)
    (var / "jobs" / job / records.CANCEL).touch()
    page = Train(job).sound()
    assert "stopping\u2026" in page.text
    assert page.at.button(key=f"tr-job-stop-line-{job}").disabled


def test_a_waiting_job_is_stopped_before_it_began(var: Path) -> None:
    job = trainings.job(var, 1, "queued", ago=1)
    Train(job).at.button(key=f"tr-job-stop-head-{job}").click().run()
    until(job, "cancelled")


def test_what_can_not_be_stopped_says_why(var: Path) -> None:
    job = "20260101-000000-000000-abcd"
    training_jobs.stop(job)
    assert "There is no job" in training_jobs.trouble(job)


def test_resume_that_can_not_be_says_why(var: Path) -> None:
    job = trainings.job(var, 1, "failed", reason="It broke.")
    page = Train(job)
    shutil.rmtree(var / "jobs" / job)  # as another browser would delete it
    page.at.button(key="tr-job-resume").click().run()
    (said,) = (one.value for one in page.sound().at.error)
    assert f'There is no job "{job}"' in said
    page.at.run()
    assert not page.at.error


def test_clone_puts_the_recipe_into_the_form(var: Path) -> None:
    job = trainings.job(var, 1, changes={"training": {"epochs": 7}})
    page = Train(job)
    page.at.button(key="tr-job-clone").click().run()
    assert not page.sound().at.error
    # without a data set no form is drawn yet: the recipe waits for it
    assert page.at.session_state["tr-form-next"]["training.epochs"] == 7


def test_a_recipe_of_another_time_that_can_not_be_cloned_says_why(var: Path) -> None:
    job = trainings.job(var, 1, request={"params": {"training": {"wizardry": 3}}})
    page = Train(job).sound()
    page.at.button(key="tr-job-clone").click().run()
    assert "training.wizardry" in page.at.error[0].value.replace("\\", "")


def test_a_job_is_deleted_only_after_a_second_yes(var: Path) -> None:
    job = trainings.job(var, 1, title="mine")
    page = Train(job)
    page.at.button(key="tr-job-delete").click().run()
    page.at.button(key="tr-job-delete-no").click().run()
    assert state(job) == "succeeded"
    page.at.button(key="tr-job-delete").click().run()
    page.at.button(key="tr-job-delete-yes").click().run()
    assert not training_jobs.every()
    page.at.run()
    text = page.sound().text
    assert "mine" not in text and "There is no job" not in text


def test_many_are_deleted_at_once_and_others_stay(var: Path, worker: int) -> None:
    running = trainings.job(var, 1, "running", pid=worker)
    good = trainings.job(var, 2)
    for number in (3, 4):
        trainings.job(var, number, "failed" if number == 3 else "cancelled", reason="It broke.")
    page = Train()
    page.at.button(key="tr-job-delete-many").click().run()
    assert "**2 jobs**" in page.text
    page.at.button(key="tr-job-delete-yes").click().run()
    assert {job.id for job in training_jobs.every()} == {running, good}
    page.at.button(key="tr-job-delete-many").click().run()
    assert page.sound().at.button(key="tr-job-delete-yes").disabled


def test_a_job_that_runs_again_meanwhile_is_not_deleted(var: Path) -> None:
    job = trainings.job(var, 1, "failed", reason="It broke.")
    with records.locked(var / "jobs" / job, 1.0):
        (said,) = training_jobs.delete([job])
    assert "isn't over" in said and state(job) == "failed"


@pytest.mark.parametrize("told", [None, "", 5, "/nowhere/scores.json", ["a"]])
def test_figures_that_are_not_there_are_not_offered(var: Path, told: object) -> None:
    trainings.job(var, 1, result={"scores": told})
    (job,) = training_jobs.every()
    assert training_jobs.scores(job) is None


def test_figures_can_be_taken_along(var: Path) -> None:
    scores = var / "scores.json"
    var.mkdir(exist_ok=True)
    scores.write_text(json.dumps({"macro_f1": 0.7}))
    page = Train(trainings.job(var, 1, result={"scores": str(scores)})).sound()
    assert "Figures (scores.json)" in [one.label for one in page.at.get("download_button")]
