"""Home and About: the honest figure first, the limits in words, and both without a model too."""

import json
import shutil
import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import resources
from app.components.accuracy import NAMES
from app.documents import licences
from core.config.settings import ROOT
from core.inference.words import DISCLAIMER
from tests.app.conftest import ASSETS, Studio

SAMPLES = ASSETS / "samples" / "index.json"
MEASURED = {
    "grouped_cv": {
        "macro_f1": {"value": 0.64, "low": 0.58, "high": 0.70},
        "accuracy": {"value": 0.66, "low": 0.60, "high": 0.72},
    },
    "random_cv": {
        "macro_f1": {"value": 0.97, "low": 0.96, "high": 0.98},
        "accuracy": {"value": 0.98, "low": 0.97, "high": 0.99},
    },
}


@pytest.fixture
def measured(studio: Studio, assets: Path) -> Studio:
    """The app with a bundle whose card carries known figures."""
    copy = assets / "copy"
    shutil.copytree((assets / "model").resolve(), copy)
    card = copy / "bundle.json"
    card.write_text(json.dumps({**json.loads(card.read_text()), "metrics": MEASURED}))
    (assets / "model").unlink()
    copy.rename(assets / "model")
    return studio


def test_home_tells_the_grouped_figure_before_the_leaking_one(measured: Studio) -> None:
    text = measured.go("home").sound().text
    honest, leaking = text.index("On patients it never saw"), text.index("Random split, leaking")
    assert honest < text.index("0.64") < leaking < text.index("0.97")
    assert "95 % interval 0.58 to 0.70" in text
    assert all(name in text for name in NAMES.values())
    assert DISCLAIMER in text


def test_home_leads_to_review(studio: Studio) -> None:
    page = studio.go("home").sound()
    page.at.button(key="begin").click().run()
    assert page.sound().at.file_uploader


@pytest.mark.skipif(not SAMPLES.is_file(), reason="no samples were drawn: run `make samples`")
def test_home_shows_a_worked_example_and_leads_to_the_samples(studio: Studio) -> None:
    page = studio.go("home").sound()
    case = resources.example()
    assert case is None or f"A synthetic slice, drawn as {case.prediction.label}" in page.text
    page.at.button(key="try").click().run()
    while page.session.intake:
        page.at.run()
    assert page.sound().session.cases


def test_home_stands_without_a_model(without_model: Studio) -> None:
    page = without_model.go("home").sound()
    assert "There is no model bundle" in page.at.error[0].value
    assert page.at.button(key="begin")
    assert DISCLAIMER in page.text


def test_about_shows_model_data_limits_and_licences(measured: Studio) -> None:
    page = measured.go("about").sound()
    assert [tab.label for tab in page.at.tabs] == ["Model", "Data", "Limits", "Licences"]
    for words in ("0.64", "A heatmap is not a segmentation", "MIT licence", DISCLAIMER):
        assert words in page.text
    assert "ct kidney dataset" in page.text.casefold()


def test_about_stands_without_a_model(without_model: Studio) -> None:
    page = without_model.go("about").sound()
    assert page.at.error
    assert "A heatmap is not a segmentation" in page.text


def test_an_unexpected_error_is_a_sentence_with_a_number_that_the_log_has(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("app.documents.licences", lambda: 1 / 0)
    page = studio.go("about")
    said = page.at.error[0].value
    number = said.split("(error ")[1].split(")")[0]
    assert "ZeroDivisionError" not in page.text and "Traceback" not in page.text
    (record,) = [one for one in caplog.records if number in one.getMessage()]
    assert record.exc_info and record.exc_info[0] is ZeroDivisionError
    assert DISCLAIMER in page.text


def _callback_failed() -> None:
    from app.messages import on_script_error
    from core.errors import InputError

    on_script_error(InputError("a.png is empty. Send another file."))
    on_script_error(KeyError("secret path"))


def test_what_no_page_caught_is_said_the_same_way() -> None:
    at = AppTest.from_function(_callback_failed, default_timeout=30).run()
    expected, unexpected = (one.value for one in at.error)
    assert expected == "a.png is empty. Send another file."
    assert "(error " in unexpected and "secret path" not in unexpected


def test_about_names_the_version_that_the_project_has() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"Kidney CT Studio {project['version']} is free software" in licences()
