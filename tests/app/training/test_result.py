"""A finished training: honest figures first, where it errs."""

import shutil
from pathlib import Path

import pytest

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


def test_try_it_opens_review_with_that_model(var: Path, tiny: Path) -> None:
    job = made(var, tiny, 1, 0.71)
    page = Train(job)
    page.at.button(key="tr-job-review").click().run()
    assert page.address("model") == job
    assert "on trial, not the model in use: model 1, version 1, patient-grouped F1 0.71" in page.sound().text


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
