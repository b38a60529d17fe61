"""A finished training: honest figures first, where it errs, side by side with others."""

import shutil
from pathlib import Path

import pytest

from app.components.training import compare
from core.jobs import records
from tests.support import trainings
from tests.support.train_page import Train

pytestmark = pytest.mark.usefixtures("assets")


def made(var: Path, tiny: Path, number: int, f1: float, random: float = 0.0, **fields: object) -> str:
    """A finished job with a real bundle."""
    figures = {"grouped_test": trainings.split(f1)}
    if random:
        figures["random_test"] = trainings.split(random, leaks=True)
    path = trainings.bundle(tiny, var / "models" / f"model-{number}", f"model {number}", **figures)
    result = {"bundle": path, "macro_f1": {"value": f1, "low": f1 - 0.06, "high": f1 + 0.05}}
    return trainings.job(var, number, result=result, events=trainings.epochs(9, better=f1 - 0.7), **fields)


def test_the_honest_figure_comes_first_and_the_leaking_one_is_marked(var: Path, tiny: Path) -> None:
    page = Train(made(var, tiny, 1, 0.71, 0.97)).sound()
    block = next(one.value for one in page.at.get("html") if 'class="accuracy"' in one.value)
    assert block.index("0.71") < block.index("Random split, leaking") < block.index("0.97")
    assert "95 % interval 0.65 to 0.76" in block and "400 slices of 48 patient blocks" in block
    assert "kept apart" in block


def test_it_shows_where_it_errs(var: Path, tiny: Path) -> None:
    page = Train(made(var, tiny, 1, 0.71, 0.97)).sound()
    confusion = next(one.value for one in page.at.get("html") if "tr-job-confusion" in one.value)
    assert confusion.count('class="right"') == 4 and confusion.count('class="wrong"') == 12
    assert 'title="70% of its slices">70<' in confusion
    classes = next(one.value for one in page.at.get("html") if "By class" in one.value)
    assert "F1, random split (leaks)" in classes and "0.96" in classes
    assert all(name in classes for name in ("Cyst", "Normal", "Stone", "Tumor"))


def test_without_a_random_split_nothing_is_said_of_one(var: Path, tiny: Path) -> None:
    page = Train(made(var, tiny, 1, 0.71)).sound()
    figures = [
        one.value for one in page.at.get("html") if "95 % interval" in one.value or "By class" in one.value
    ]
    assert len(figures) == 2
    assert not [one for one in figures if "leak" in one or "andom" in one]


def test_a_model_that_is_gone_or_damaged_is_a_sentence_and_the_rest_is_shown(var: Path, tiny: Path) -> None:
    job = made(var, tiny, 1, 0.71)
    (var / "models" / "model-1" / "model.tflite").write_bytes(b"junk")
    page = Train(job).sound()
    assert "is damaged" in page.at.error[0].value and "was 0.71" in page.text
    assert len(page.at.get("plotly_chart")) == 3
    shutil.rmtree(var / "models" / "model-1")
    page.at.run()
    assert "There is no model bundle" in page.sound().at.error[0].value


def test_two_are_compared_by_figures_and_by_what_differs(var: Path, tiny: Path) -> None:
    first = made(var, tiny, 1, 0.71, title="small", ago=900, changes={"model": {"size": 96}})
    second = made(var, tiny, 2, 0.74, 0.98, title="large", ago=100)
    page = Train()
    page.at.checkbox(key=f"tr-job-pick-{first}").set_value(True).run()
    assert "Tick one more" in page.sound().text
    page.at.checkbox(key=f"tr-job-pick-{second}").set_value(True).run()
    assert page.address(compare.KEY) == f"{first},{second}"
    table = next(one.value for one in page.sound().at.get("html") if "tr-job-side" in one.value)
    assert table.index("small") < table.index("large")
    assert "0.71 (0.65 to 0.76)" in table and "0.74 (0.68 to 0.79)" in table
    assert "random split (leaks)" in table and "0.98 (0.92 to 1.03)" in table
    assert "<th>model.size</th><td>96</td><td>320</td>" in table
    assert "training.epochs" not in table
    assert len(page.at.get("plotly_chart")) == 5
    page.at.button(key="tr-job-compare-end").click().run()
    assert "tr-job-table tr-job-side" not in page.sound().text and not page.address(compare.KEY)


def test_a_link_opens_the_same_comparison_and_names_that_are_none_are_left_out(var: Path, tiny: Path) -> None:
    jobs = [made(var, tiny, number, 0.6 + number / 50, title="same") for number in range(1, 6)]
    failed = trainings.job(var, 9, "failed", reason="It broke.")
    page = Train(compare=",".join([jobs[0], "nothing", failed, jobs[1]])).sound()
    table = next(one.value for one in page.at.get("html") if "tr-job-side" in one.value)
    assert "same (1)" in table and "same (2)" in table
    page = Train(compare=",".join(jobs)).sound()
    table = next(one.value for one in page.at.get("html") if "tr-job-side" in one.value)
    assert table.count("<th>same") == compare.MOST
    assert page.at.checkbox(key=f"tr-job-pick-{jobs[4]}").disabled


def test_jobs_of_different_sets_say_that_their_figures_can_not_be_held_together(
    var: Path, tiny: Path
) -> None:
    jobs = [made(var, tiny, n, 0.7, dataset=name) for n, name in ((1, "kidney-4"), (2, "chest-4"))]
    assert "different data sets" in Train(compare=",".join(jobs)).sound().text


def test_a_job_without_a_model_is_still_a_column(var: Path, tiny: Path) -> None:
    jobs = [made(var, tiny, 1, 0.7), trainings.job(var, 2, result={"macro_f1": 0.6})]
    table = next(
        one.value
        for one in Train(compare=",".join(jobs)).sound().at.get("html")
        if "tr-job-side" in one.value
    )
    assert "<td>0.70 (0.64 to 0.75)</td><td>\u2013</td>" in table


def test_try_it_opens_review_with_that_model(var: Path, tiny: Path) -> None:
    job = made(var, tiny, 1, 0.71)
    page = Train(job)
    page.at.button(key="tr-job-review").click().run()
    assert page.address("model") == job
    assert "on trial, not the shipped model: model 1, version 1, patient-grouped F1 0.71" in page.sound().text


@pytest.mark.parametrize(
    "result", [{}, {"bundle": 5}, {"macro_f1": "good"}, {"macro_f1": None, "bundle": ""}]
)
def test_a_result_of_another_time_is_no_trouble(var: Path, result: dict[str, object]) -> None:
    job = trainings.job(var, 1, result=result)
    page = Train(job).sound()
    assert records.read(job, page_settings(var)).state == "succeeded"
    assert not page.has("tr-job-review")


def page_settings(var: Path) -> object:
    from core.config.settings import settings

    assert settings().var == var
    return settings()
