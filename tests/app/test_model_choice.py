"""Review with another model than the shipped one: said clearly, answered anew, and back again."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.session import Session
from core.config.settings import Limits
from core.inference.batch import review
from core.inference.predictor import Predictor
from core.models.bundle import load
from tests.app.conftest import MAIN, PAGES, Studio, png
from tests.support import trainings


class Review(Studio):
    """Review, as a link opens it."""

    def __init__(self, model: str) -> None:
        self.at = AppTest.from_file(str(MAIN), default_timeout=30)
        self.at.query_params["model"] = model
        self.at.switch_page(PAGES["review"]).run()

    def settled(self) -> Studio:
        for _ in range(50):
            if self.session.intake is None:
                return self.sound()
            self.at.run()
        raise AssertionError("it never ended")


@pytest.fixture
def other(var: Path, tiny: Path) -> str:
    """Another model below var/models."""
    trainings.bundle(tiny, var / "models" / "kidney-4" / "mine", "mine", grouped_cv=trainings.split(0.73))
    return "kidney-4/mine"


def answered_by(page: Studio) -> set[str]:
    return {case.prediction.model.name for case in page.session.cases}


def test_the_heading_names_the_model_its_version_and_its_honest_figure(studio: Studio, other: str) -> None:
    page = Review(other).sound()
    assert "on trial, not the model in use: mine, version 1, patient-grouped F1 0.73" in page.text
    assert page.at.button(key="model-back")


def test_what_is_dropped_is_answered_by_the_model_on_trial(studio: Studio, other: str) -> None:
    page = Review(other).upload(("a.png", png(1)), ("b.png", png(2))).sound()
    assert answered_by(page) == {"mine"}
    assert "mine, version 1" in page.text and "Another model gave this answer" not in page.text


def test_slices_that_are_here_are_answered_again_and_none_is_lost(studio: Studio, other: str) -> None:
    page = studio.go("review").upload(*((f"s{n}.png", png(n)) for n in range(4)))
    shipped = answered_by(page)
    chosen = page.session.chosen
    page.at.query_params["model"] = other
    page.at.run()
    for _ in range(50):
        if page.session.intake is None:
            break
        page.at.run()
    assert answered_by(page.sound()) == {"mine"} != shipped
    assert len(page.session.cases) == 4 and page.session.chosen == chosen
    page.at.button(key="model-back").click().run()
    for _ in range(50):
        if page.session.intake is None:
            break
        page.at.run()
    assert answered_by(page.sound()) == shipped and "on trial" not in page.text
    assert "model" not in page.at.query_params


def test_the_choice_stays_while_a_person_goes_about_and_clears_slices(studio: Studio, other: str) -> None:
    page = Review(other).upload(("a.png", png(1)))
    page.go("about")
    assert "on trial" in page.sound().text and "mine, version 1" in page.text
    page.go("review")
    assert "on trial" in page.text and page.at.query_params["model"] in (other, [other])
    page.at.button(key="clear").click().run()
    assert "on trial" in page.sound().text


def test_another_session_has_the_shipped_model(studio: Studio, other: str) -> None:
    Review(other)
    assert "on trial" not in studio.go("review").sound().text


@pytest.mark.parametrize(
    "model", ["../../etc", "/etc/passwd", "20260101-000000-000000-abcd", "<b>x</b>", "x" * 2000]
)
def test_a_model_that_is_not_there_is_a_sentence_and_the_shipped_one_answers(
    studio: Studio, var: Path, model: str
) -> None:
    page = Review(model).sound()
    (said,) = (one.value for one in page.at.error)
    assert (
        "<" not in said.replace("\\<", "")
        and "No model goes by" in said
        and "The model in use answers instead." in said
    )
    assert "on trial" not in page.text
    page.upload(("a.png", png(1)))
    assert len(page.session.cases) == 1
    page.at.button(key="model-back").click().run()
    assert not page.sound().at.error


def test_a_damaged_model_is_a_sentence_until_it_is_mended(studio: Studio, var: Path, other: str) -> None:
    path = var / "models" / "kidney-4" / "mine" / "model.tflite"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    page = Review(other).sound()
    assert "is damaged" in page.at.error[0].value and "on trial" not in page.text
    path.write_bytes(whole)
    page.at.run()
    assert "on trial" in page.sound().text and not page.at.error


def test_a_job_that_still_runs_has_no_model_to_try(studio: Studio, var: Path) -> None:
    job = trainings.job(var, 1, "failed", reason="It broke.")
    assert "has made no model: it is failed" in Review(job).sound().at.error[0].value.replace("\\", "")


def test_a_stop_says_how_many_slices_keep_the_other_answer(
    predictor: Predictor, tiny: Path, tmp_path: Path
) -> None:
    other = Predictor(
        load(Path(trainings.bundle(tiny, tmp_path / "other", "other"))), threads=1, interpreters=1
    )
    now = Session()
    for case in review([(f"{n}.png", png(n)) for n in range(3)], predictor, Limits()):
        now.add(case)
    now.chosen = now.cases[2].scan.digest
    now.choose("other")
    now.answer_again(other)
    # the slice on the screen is answered at once, the others in turns
    assert [case.prediction.model.name for case in now.cases] == ["tiny", "tiny", "other"]
    now.end("Stopped.")
    assert now.notice == "Stopped. 2 slices still with the answer of another model."
    assert len(now.cases) == 3 and now.intake is None and not now.again


def test_the_same_slice_dropped_again_gets_the_answer_of_the_model_in_use(
    predictor: Predictor, tiny: Path, tmp_path: Path
) -> None:
    other = Predictor(
        load(Path(trainings.bundle(tiny, tmp_path / "other", "other"))), threads=1, interpreters=1
    )
    now = Session()
    for answerer in (predictor, other):
        for case in review([("a.png", png(1))], answerer, Limits()):
            now.add(case)
    (case,) = now.cases
    assert case.prediction.model.name == "other" and now.held == case.scan.pixels.nbytes
