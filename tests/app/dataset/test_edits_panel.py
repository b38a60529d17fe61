"""The list of edits: what was and is, and how it is undone."""

from pathlib import Path

from app import dataset_jobs
from core.config.settings import settings
from core.data import edits
from core.jobs import runner
from tests.app.conftest import Studio
from tests.app.dataset.conftest import ARABIC, LONG, at, path_of, press


def test_without_edits_the_panel_says_where_to_make_them(page: Studio) -> None:
    assert "Nothing was changed" in at(page, "Edits").text
    assert "Pixels are never touched" in page.text


def test_edits_are_listed_with_what_was_and_undone_one_by_one_or_all(page: Studio, var: Path) -> None:
    folder = var / "data" / "mine"
    edits.relabel(folder, path_of("wrong.png"), "Cyst")
    edits.exclude(folder, path_of(LONG))
    edits.exclude(folder, path_of(ARABIC))
    at(page, "Edits")
    assert "1 slice relabelled, 2 slices excluded" in page.text
    assert "Stone \u2192 <b>Cyst</b>" in page.text and page.text.count("Cyst \u2192 <b>excluded</b>") == 2
    page.at.button(key=f"edit-undo-mine-{path_of(LONG)}").click().run()
    assert edits.read(folder).excluded == (path_of(ARABIC),)
    page.at.button(key="edits-undo-all").click().run()
    assert edits.read(folder) == edits.Edits() and "Nothing was changed" in page.sound().text


def test_measuring_again_starts_a_job(page: Studio, var: Path) -> None:
    edits.exclude(var / "data" / "mine", path_of("wrong.png"))
    at(page, "Edits").at.button(key="edits-measure").click().run()
    (job,) = dataset_jobs.every()
    assert job.request["do"] == "measure" and job.request["name"] == "mine"
    runner.cancel(job.id, settings())


def test_an_edit_of_a_slice_that_is_gone_can_still_be_undone(page: Studio, var: Path) -> None:
    edits.keep(var / "data" / "mine", edits.Edits(labels={"images/gone.png": "Cyst"}))
    at(page, "Edits")
    assert "gone \u2192 <b>Cyst</b>" in page.text
    press(page, "Undo")
    assert edits.read(var / "data" / "mine") == edits.Edits()
