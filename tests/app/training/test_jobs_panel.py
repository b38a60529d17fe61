"""The lower half of Train, as a person meets it: no jobs, many jobs, each state, the chosen one."""

import sys
import time
from html import escape
from pathlib import Path

import pytest

from core.jobs import records
from tests.support import trainings
from tests.support.train_page import Train

pytestmark = pytest.mark.usefixtures("assets")

MARKUP = "<b onclick=x>*big* `c`"


def test_without_jobs_it_says_what_to_do(var: Path) -> None:
    page = Train().sound()
    assert "No model was trained yet" in page.text
    assert not page.address("job")
    assert not page.has("tr-job-delete-many")


def test_a_running_job_tells_how_far_it_is_and_how_long_still(var: Path, worker: int) -> None:
    facts = {"epoch": 4, "epochs": 20, "images_per_s": 118.4, "seconds_left": 170}
    job = trainings.job(
        var, 1, "running", pid=worker, phase="tuning", words="batch 3 of 9", share=0.2, facts=facts,
        events=trainings.epochs(4),
    )  # fmt: skip
    page = Train().sound()
    for said in ("running", "epoch 4/20", "118 images/s", "3 min left", "tuning, batch 3 of 9"):
        assert page.text.count(said), said
    assert 'value="0.200"' in page.text
    assert page.address("job") == job
    assert len(page.at.get("plotly_chart")) == 3
    assert page.has(f"tr-job-stop-line-{job}") and not page.has("tr-job-delete")


def test_waiting_jobs_tell_for_how_many_they_wait(var: Path, worker: int) -> None:
    trainings.job(var, 1, "running", ago=90, pid=worker, title="first")
    for number in (2, 3):
        trainings.job(var, number, "queued", ago=90 - number, title=f"number {number}")
    page = Train().sound()
    assert "waiting for 1 job<" in page.text and "waiting for 2 jobs<" in page.text
    order = [one.label for one in page.at.button if one.key.startswith("tr-job-choose-")]
    assert order == ["first", "number 2", "number 3"]


def test_a_lost_worker_is_told_before_and_after_another_one_goes_on(var: Path, worker: int) -> None:
    lost = trainings.job(var, 1, "failed", lost=True, attempts=1, ended=time.time(), reason="It vanished.")
    assert "It goes on by itself within a minute" in Train(lost).sound().text
    again = trainings.job(var, 2, "running", pid=worker, attempts=2)
    assert "this is worker 2" in Train(again).sound().text
    said = "It vanished. Start the job again."
    for_good = trainings.job(var, 3, "failed", lost=True, attempts=2, ended=time.time(), reason=said)
    text = Train(for_good).sound().text
    assert "by itself" not in text and said in text
    not_yet = trainings.job(var, 4, "failed", lost=True, attempts=1, ended=time.time(), reason=said)
    assert "Start the job again" not in next(
        one.value for one in Train(not_yet).sound().at.get("html") if "tr-job-why" in one.value
    )


def test_a_failed_job_says_why_first_and_can_be_resumed(var: Path) -> None:
    reason = f"The worker vanished: memory ran out {MARKUP}."
    job = trainings.job(var, 1, "failed", reason=reason, log=f"epoch 3\n{MARKUP}\n")
    page = Train(job).sound()
    assert MARKUP not in page.text
    assert f'<p class="tr-job-why">{escape(reason)}</p>' in page.text
    assert f"epoch 3\n{escape(MARKUP)}</pre>" in page.text
    assert page.has("tr-job-resume") and page.has("tr-job-delete")
    assert not page.has("tr-job-review") and not page.has(f"tr-job-pick-{job}")


def test_names_of_others_are_never_markup(var: Path) -> None:
    trainings.job(var, 1, "cancelled", title=MARKUP, dataset=MARKUP, reason=MARKUP, facts={"warning": MARKUP})
    page = Train().sound()
    assert MARKUP not in page.text.replace("\\", "")
    assert escape(MARKUP) in page.text
    (button,) = (one for one in page.at.button if one.key.startswith("tr-job-choose-"))
    assert "\\<b" in button.label and "\\*big" in button.label


def test_thirty_jobs_come_ten_at_a_time_the_newest_first(var: Path) -> None:
    for number in range(30):
        trainings.job(var, number, title=f"job {number}", ago=90_000 - 1000 * number)
    page = Train().sound()
    assert "30 finished jobs" in page.text

    def listed() -> list[str]:
        return [one.label for one in page.at.button if one.key.startswith("tr-job-choose-")]

    assert listed() == [f"job {number}" for number in range(29, 19, -1)]
    page.at.button(key="tr-job-more").click().run()
    assert len(listed()) == 20
    page.at.button(key="tr-job-more").click().run()
    assert len(listed()) == 30 and not page.sound().has("tr-job-more")


def test_a_long_name_is_cut_in_the_list_and_whole_below(var: Path) -> None:
    name = "a name without end " * 20
    page = Train(trainings.job(var, 1, title=name)).sound()
    (button,) = (one for one in page.at.button if one.key.startswith("tr-job-choose-"))
    assert len(button.label) < 50 and name.strip() in page.text


def test_a_job_that_is_not_there_is_a_quiet_sentence(var: Path) -> None:
    trainings.job(var, 1, title="mine")
    page = Train("nothing")
    for job in ("nothing", "20260101-000000-000000-abcd", "../../etc", "<b>x</b>", "x" * 3000):
        page.at.query_params["job"] = job
        page.at.run()
        assert "it may have been deleted" in page.sound().text and not page.at.error
        assert "<b>x</b>" not in page.text and "x" * 100 not in page.text
    page.at.button[[one.label for one in page.at.button].index("mine")].click().run()
    assert "it may have been deleted" not in page.sound().text


def test_a_click_chooses_a_job_and_leaving_changes_nothing(var: Path) -> None:
    first = trainings.job(var, 1, title="older", ago=900)
    trainings.job(var, 2, title="newer", ago=100)
    page = Train().sound()
    assert "<h2>newer</h2>" in page.text
    page.at.button(key=f"tr-job-choose-{first}").click().run()
    assert "<h2>older</h2>" in page.sound().text and page.address("job") == first
    page.go("about")
    page.at.switch_page("../pages/train.py").run()
    assert "<h2>older</h2>" in page.sound().text and page.address("job") == first


def test_two_browsers_see_the_same_and_the_state_as_it_changes(var: Path, worker: int) -> None:
    job = trainings.job(var, 1, "running", pid=worker, phase="head", share=0.5)
    one, other = Train(), Train(job)
    assert "running" in one.text and "running" in other.text
    folder = var / "jobs" / job
    ended = {"state": "succeeded", "ended": time.time(), "result": {"macro_f1": 0.71}}
    records.keep(folder, records.stored(folder).model_copy(update=ended))
    for page in (one, other):
        page.at.run()
        assert "macro F1 0.71" in page.sound().text
        assert not page.has(f"tr-job-stop-line-{job}")


def test_a_damaged_record_is_a_failed_job_and_the_rest_is_shown(var: Path) -> None:
    broken = trainings.job(var, 1)
    (var / "jobs" / broken / "job.json").write_text("{")
    trainings.job(var, 2, title="whole")
    assert "whole" in [one.label for one in Train().sound().at.button]


def test_the_recipe_tells_what_differs_first(var: Path) -> None:
    job = trainings.job(var, 1, changes={"training": {"epochs": 7}, "model": {"size": 96}})
    page = Train(job).sound()
    differs = next(one.value for one in page.at.get("html") if "tr-job-params" in one.value)
    assert "training.epochs" in differs and "<td>7 </td>" in differs and "96 pixels" in differs
    assert "training.batch" not in differs and "training.batch" in page.text
    assert "Recipe (params.yaml)" in [one.label for one in page.at.get("download_button")]


def test_a_search_shows_its_best_trial_first(var: Path, worker: int) -> None:
    events = [
        {"trial": n, "value": value, "params": {"training.learning_rate": 10.0**-n}}
        for n, value in enumerate((0.5, 0.7, float("nan"), 0.6))
    ]
    events += [{"trial": 7, "state": "pruned"}, {"trial": 8, "state": "failed", "reason": "It ran away."}]
    trainings.job(var, 1, "running", pid=worker, request={"sweep": {"trials": 9}}, events=events)
    page = Train().sound()
    table = next(one.value for one in page.at.get("html") if "<th>Trial</th>" in one.value)
    assert "Best so far of 3 trials" in page.text
    assert "1 trial given up early" in page.text and "1 trial failed" in page.text
    assert table.index("0.700") < table.index("0.600") < table.index("0.500")
    assert "1 <b>best</b>" in table and "<td>0.1</td>" in table


def test_the_page_never_loads_tensorflow(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heavy = {"tensorflow", "keras", "mlflow"}
    for name in heavy:  # another test of this process may have loaded it
        monkeypatch.delitem(sys.modules, name, raising=False)
    trainings.job(var, 1, events=trainings.epochs(3))
    Train().sound()
    assert not heavy & set(sys.modules)
