"""The Data page, as a person meets it: empty, at work, gone wrong, filled; and what may not happen there."""

import os
import shutil
import signal
import time
import zipfile
from collections.abc import Iterator
from html import escape
from pathlib import Path

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app import dataset, dataset_jobs
from core.config.params import Split
from core.config.settings import settings
from core.data import edits, leakage, split
from core.data.ingest import ingest
from core.data.synthetic import LABELS, write_dataset
from core.data.validation import validate
from core.jobs import records
from tests.app.conftest import Studio, png
from tests.support.corrections import correction, zipped

MARKUP = "<b onclick=x>*big* `c`"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six slices each of four classes, of two made-up people a class."""
    place = tmp_path_factory.mktemp("drawn")
    write_dataset(place, 6, 3, size=160)
    return place


def scans(drawn: Path, place: Path, classes: tuple[str, ...] = ("Cyst", "Stone")) -> Path:
    """A folder a class."""
    for label, name in zip(LABELS, classes, strict=False):
        shutil.copytree(drawn / label, place / name)
    return place


@pytest.fixture(scope="module")
def made(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A var folder with one measured set, ``mine``: a copy in the wrong class, a file that is none."""
    place = tmp_path_factory.mktemp("made")
    source = scans(drawn, place / "source", ("Cyst", "Stone", MARKUP))
    shutil.copyfile(source / "Cyst" / "Cyst- (1).png", source / "Stone" / "copy.png")
    (source / "Stone" / "notes.png").write_bytes(b"these are words")
    chosen = settings().model_copy(update={"var": place / "var"})
    folder = ingest(source, "mine", chosen)
    validate.validate(folder)
    split.split(folder, Split(folds=2))
    leakage.measure(folder, 2, 0)
    return place / "var"


@pytest.fixture
def filled(made: Path, var: Path, without_model: Studio) -> Studio:
    """The page with that set, which the test may change."""
    shutil.copytree(made, var, dirs_exist_ok=True)
    return without_model.go("data").sound()


@pytest.fixture
def empty(var: Path, without_model: Studio) -> Iterator[Studio]:
    """The page without a set; what a test leaves running ends with it."""
    yield without_model.go("data").sound()
    from core.jobs import runner

    for job in dataset_jobs.unfinished(dataset_jobs.every()):
        runner.cancel(job.id, settings())


def ask(page: Studio, kind: str, **fields: str) -> Studio:
    """Fill the form in and send it."""
    page.at.get("button_group")[0].set_value(kind).run() if kind != "Preset" else None
    for key, value in fields.items():
        page.at.text_input(key=f"ingest-{key}").set_value(value)
    button = next(one for one in page.at.button if one.key and one.key.startswith("ingest-go"))
    button.click().run()
    return page


def until_over(page: Studio, seconds: float = 40.0) -> Studio:
    end = time.monotonic() + seconds
    while dataset_jobs.unfinished(dataset_jobs.every()):
        assert time.monotonic() < end, "the job never ended"
        time.sleep(0.2)
    page.at.run()
    return page


def test_without_a_set_the_page_says_what_to_do_and_offers_one(empty: Studio) -> None:
    assert "a folder for each class" in empty.text
    assert empty.at.button(key="synthetic").label == "Ingest the synthetic set"
    assert not empty.at.tabs


def test_a_folder_becomes_a_set_with_its_progress_on_every_page(
    empty: Studio, drawn: Path, tmp_path: Path
) -> None:
    ask(empty.sound(), "Path", path=str(scans(drawn, tmp_path / "my scans")), **{"name-Path": "mine"})
    (job,) = dataset_jobs.every()
    assert not empty.at.error
    assert "Ingesting mine" in empty.text and "<progress" in empty.text
    assert job.pid is not None
    os.kill(job.pid, signal.SIGSTOP)  # it would be over before another browser has drawn the page
    try:
        elsewhere = Studio().go("data")
    finally:
        os.kill(job.pid, signal.SIGCONT)
    assert "Ingesting mine" in elsewhere.text
    assert elsewhere.at.button(key=f"stop-{job.id}").label == "Stop"
    until_over(empty).sound()
    assert records.read(job.id, settings()).state == "succeeded"
    assert "mine is " in empty.text and "12 slices, 2 classes" in empty.text
    assert "<progress" not in empty.text
    assert empty.at.query_params["set"] in ("mine", ["mine"])


def test_what_fails_is_a_sentence_until_it_is_dismissed(empty: Studio, drawn: Path, tmp_path: Path) -> None:
    ask(empty, "Path", path=str(scans(drawn, tmp_path / "one", ("Cyst",))))
    until_over(empty)
    (said,) = (one.value for one in empty.sound().at.error)
    assert said.startswith("one") and "class" in said and "Traceback" not in said
    elsewhere = Studio().go("data")
    assert elsewhere.at.error[0].value == said
    (job,) = dataset_jobs.every()
    elsewhere.at.button(key=f"dismiss-{job.id}").click().run()
    assert not elsewhere.sound().at.error and not dataset_jobs.every()


def test_a_job_is_stopped_and_nothing_half_made_is_listed(empty: Studio) -> None:
    empty.at.button(key="synthetic").click().run()
    (job,) = dataset_jobs.every()
    assert empty.at.button(key="synthetic").disabled
    empty.at.button(key=f"stop-{job.id}").click().run()
    assert records.read(job.id, settings()).state == "cancelled"
    empty.at.run()
    assert "Cancelled, as asked" in empty.sound().text
    assert dataset.names() == []


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("Path", {"path": "/no/such *folder*"}, "There is no folder or zip at /no/such \\*folder\\* on"),
        ("Path", {"path": ""}, "Say which folder or .zip"),
        ("Path", {"path": "x" * 1999}, "There is no folder or zip at"),
        ("Path", {"path": "~nobody-at-all/x"}, "There is no folder or zip at"),
        ("Path", {"path": "/", "name-Path": "../../etc"}, "can't be a data set's name"),
        ("Path", {"path": "/"}, "Say what the data set is to be called"),
        ("Address", {"address": "scans.zip"}, "is no address"),
        ("Address", {"address": "https://example.org/"}, "Say what the data set is to be called"),
        ("Upload", {}, "Say which folder or .zip"),
        ("Preset", {"path": "/no/such"}, "There is no folder or zip at /no/such"),
    ],
)
def test_what_can_not_work_is_said_before_a_job_starts(
    empty: Studio, kind: str, fields: dict[str, str], words: str
) -> None:
    ask(empty, kind, **fields)
    assert words in empty.sound().at.error[0].value
    assert not dataset_jobs.every()


def test_an_uploaded_zip_is_ingested_and_then_gone_from_the_disk(
    empty: Studio, drawn: Path, var: Path, tmp_path: Path
) -> None:
    packed = tmp_path / "zip of scans.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(scans(drawn, tmp_path / "in").rglob("*.png")):
            archive.write(path, path.relative_to(tmp_path / "in"))
    empty.at.get("button_group")[0].set_value("Upload").run()
    empty.at.file_uploader[0].set_value([(packed.name, packed.read_bytes(), "application/zip")])
    empty.at.button(key="ingest-go-Upload").click().run()
    (kept,) = (var / "data" / ".uploads").rglob("*.zip")
    assert kept.read_bytes() == packed.read_bytes()
    until_over(empty).sound()
    assert dataset.names() == ["zip-of-scans"]
    assert not list((var / "data" / ".uploads").iterdir())


def test_a_set_shows_its_verdict_findings_and_what_was_not_read(filled: Studio) -> None:
    report = dataset.shown("mine").report
    assert report is not None
    assert escape(f"mine is {report.verdict}") in filled.text
    assert [one.level for one in report.findings].count("warning") >= 1
    for finding in report.findings:
        assert escape(finding.sentence) in filled.text
    assert "1 file not read" in [one.label for one in filled.at.expander]
    assert "notes.png" in filled.text
    assert filled.at.query_params["set"] in ("mine", ["mine"])


def test_names_can_not_be_markup(filled: Studio) -> None:
    for view in ("Report", "Classes and sizes"):
        filled.at.session_state["view"] = view
        filled.at.run()
        assert MARKUP not in filled.sound().text
    assert escape(MARKUP) in filled.text


def test_classes_and_sizes_count_every_class_beside_its_name(filled: Studio) -> None:
    filled.at.session_state["view"] = "Classes and sizes"
    filled.at.run()
    table = next(one.value for one in filled.sound().at.get("html") if "<table" in one.value)
    assert "<th>Blocks</th>" in table
    for label, count in (("Cyst", 6), ("Stone", 7), (MARKUP, 6)):
        assert escape(label) in table and f"<td>{count}</td>" in table
    assert "Every slice is 160 x 160 pixels." in filled.text
    assert len(filled.at.get("plotly_chart")) == 2


def test_each_file_of_a_set_can_be_taken_along(filled: Studio) -> None:
    labels = [one.label for one in filled.at.get("download_button")]
    assert labels == ["Manifest (CSV)", "Report (JSON)", "Leak meter (JSON)"]
    assert not any(one.disabled for one in filled.at.get("download_button"))


def test_after_an_edit_the_page_says_that_its_figures_are_old_and_measures_again(
    filled: Studio, var: Path
) -> None:
    folder = var / "data" / "mine"
    edits.exclude(folder, next(one.path for one in dataset.shown("mine").slices if "copy" in one.path))
    filled.at.run()
    assert "were changed since" in filled.sound().text and "1 slice excluded" in filled.text
    filled.at.button(key="measure").click().run()
    assert "Measuring mine" in filled.text
    until_over(filled).sound()
    assert "were changed since" not in filled.text
    assert not dataset.shown("mine").stale
    report = dataset.shown("mine").report
    assert report and report.excluded == 1


def test_a_set_without_a_report_offers_to_measure(filled: Studio, var: Path) -> None:
    for name in ("report.json", "leaks.json"):
        (var / "data" / "mine" / name).unlink()
    filled.at.run()
    assert "was not looked over yet" in filled.sound().text
    assert filled.at.button(key="measure").label == "Measure"


def test_a_set_is_deleted_only_after_a_second_yes(filled: Studio) -> None:
    filled.at.button(key="delete").click().run()
    filled.at.button(key="delete-no").click().run()
    assert dataset.names() == ["mine"]
    filled.at.button(key="delete").click().run()
    filled.at.button(key="delete-yes").click().run()
    assert dataset.names() == []
    assert filled.sound().at.button(key="synthetic")


def test_a_link_to_a_set_that_is_gone_says_so_and_shows_another(filled: Studio) -> None:
    page = Studio()
    page.at.query_params["set"] = "gone"
    page.go("data").sound()
    assert 'There is no data set "gone" here' in page.at.error[0].value
    assert "mine is " in page.text


def test_a_damaged_set_is_a_sentence_and_can_still_be_deleted(filled: Studio, var: Path) -> None:
    (var / "data" / "mine" / "slices.csv").write_text("not,a\ncatalogue,at all\n")
    filled.at.run()
    assert "is damaged" in filled.sound().at.error[0].value
    assert filled.at.button(key="delete")


def test_a_damaged_report_leaves_the_rest(filled: Studio, var: Path) -> None:
    (var / "data" / "mine" / "report.json").write_text("{}")
    filled.at.run()
    assert "report of mine can't be read" in filled.sound().at.error[0].value
    assert "19 slices, 3 classes" in filled.text


def _saving(rule: dict[str, str | None]) -> None:
    from app import dataset
    from app.components.dataset import class_rule

    class_rule.save(dataset.shown("mine"), rule)


def test_folders_are_joined_to_one_class_and_the_set_is_measured_again(filled: Studio) -> None:
    rule = {"Cyst": "lesion", "Stone": "lesion", MARKUP: "normal"}
    AppTest.from_function(_saving, args=(rule,), default_timeout=30).run()
    until_over(filled).sound()
    assert dataset.shown("mine").classes == ("lesion", "normal")
    assert {row.label for row in dataset.shown("mine").rows} == {"lesion", "normal"}
    assert "2 classes" in filled.text


def test_a_rule_of_one_class_is_refused_and_nothing_changes(filled: Studio) -> None:
    at = AppTest.from_function(_saving, args=({"Cyst": "x", "Stone": "x", MARKUP: None},), default_timeout=30)
    assert "at least two classes" in at.run().error[0].value
    assert not dataset_jobs.every()
    assert len(dataset.shown("mine").classes) == 3


def test_leaving_and_coming_back_changes_nothing(filled: Studio) -> None:
    filled.at.session_state["view"] = "Classes and sizes"
    filled.at.run()
    filled.go("about").go("data").sound()
    assert "mine is " in filled.text
    assert filled.at.selectbox(key="set").value == "mine"


def test_a_name_that_is_taken_is_said_unless_it_is_added_to(
    filled: Studio, drawn: Path, tmp_path: Path
) -> None:
    more = scans(drawn, tmp_path / "more", ("Cyst", "Stone", "Normal"))
    filled.at.button(key="ingest").click().run()
    ask(filled, "Path", path=str(more / "Normal"), **{"name-Path": "mine"})
    assert "There is a data set mine already" in filled.sound().at.error[0].value
    assert not dataset_jobs.every()
    filled.at.checkbox(key="ingest-add-Path").set_value(True)
    filled.at.text_input(key="ingest-path").set_value(str(more))
    filled.at.text_input(key="ingest-name-Path").set_value("mine")
    filled.at.button(key="ingest-go-Path").click().run()
    assert not filled.at.error
    (job,) = dataset_jobs.every()
    assert job.request["add"] is True
    until_over(filled).sound()
    assert records.read(job.id, settings()).state == "succeeded"
    assert len(dataset.shown("mine").slices) == 19 + 18


def test_a_set_begins_as_another_one_with_corrections_on_top(
    filled: Studio, drawn: Path, tmp_path: Path
) -> None:
    before = len(dataset.shown("mine").slices)
    filled.at.button(key="ingest").click().run()
    filled.at.get("button_group")[0].set_value("Path").run()

    def on_top(source: Path, name: str) -> None:
        filled.at.selectbox(key="ingest-base").set_value("mine")
        filled.at.text_input(key="ingest-path").set_value(str(source))
        filled.at.text_input(key="ingest-name-Path").set_value(name)
        filled.at.button(key="ingest-go-Path").click().run()
        filled.sound()

    on_top(scans(drawn, tmp_path / "more"), "")
    assert "is no zip of corrections" in filled.at.error[0].value
    pixels = cv2.imdecode(np.frombuffer(png(77), np.uint8), cv2.IMREAD_GRAYSCALE)
    source = zipped(tmp_path / "corrections.zip", correction(pixels, "Stone"))
    on_top(source, "mine")
    assert "To start from a set, give another name" in filled.at.error[0].value
    assert not dataset_jobs.every()
    on_top(source, "")
    assert not filled.at.error
    (job,) = dataset_jobs.every()
    until_over(filled).sound()
    assert records.read(job.id, settings()).state == "succeeded"
    assert dataset.names() == ["mine", "mine-reviewed"]
    assert len(dataset.shown("mine").slices) == before
    (added,) = [one for one in dataset.shown("mine-reviewed").slices if one.source == "~corrections"]
    assert dataset.shown("mine-reviewed").labels[added.path] == "Stone"


def test_while_a_job_works_on_a_set_nothing_else_does(filled: Studio, var: Path) -> None:
    edits.exclude(var / "data" / "mine", dataset.shown("mine").slices[0].path)
    filled.at.run()
    filled.at.session_state["view"] = "Classes and sizes"
    filled.at.button(key="measure").click().run()
    assert filled.at.button(key="save-rule").disabled
    assert not [one for one in filled.at.button if one.key == "measure"]
    filled.at.button(key="delete").click().run()
    filled.at.button(key="delete-yes").click().run()
    assert "is being worked on right now" in "".join(one.value for one in filled.at.error)
    assert dataset.names() == ["mine"]
    until_over(filled)
