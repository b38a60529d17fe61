"""Notes and export, as a person meets them on Explain."""

from pathlib import Path

import pytest

from app.components.explain import export
from core.config.settings import settings
from core.explain.export.sheet import Sheet
from core.explain.methods import METHODS
from core.inference.batch import review
from core.inference.predictor import Predictor
from tests.app.explain.conftest import Explain

SAMPLE = Path(__file__).parents[3] / "assets" / "samples" / "synthetic-series-1.dcm"
VIEW = "Notes and export"
EVIL = "**bold** <script>alert(1)</script> [x](javascript:1)\n腎臓 $a$"


def test_the_view_offers_what_can_be_made(explain: Explain) -> None:
    page = explain.open("a.png", e_view=VIEW)
    labels = [one.label for one in page.at.get("download_button")]
    assert labels == ["PNG", "PDF", "DICOM"]
    assert "stay in this tab" in page.text
    assert "study of its own, of nobody" in page.text, "a picture has no patient's space"


def test_several_slices_become_several_pages(explain: Explain) -> None:
    page = explain.open("a.png", "b.png", e_view=VIEW)
    assert "PDF of all 2" in [one.label for one in page.at.get("download_button")]


def test_notes_stay_with_their_slice(explain: Explain) -> None:
    page = explain.open("a.png", "b.png", e_view=VIEW)
    first, second = (case.scan.digest for case in page.session.cases)
    page.at.text_area(key=f"ex-note-{first}").set_value(EVIL).run()
    assert "<script>" not in page.sound().text
    page.session.chosen = second
    page.at.run()
    assert page.at.text_area(key=f"ex-note-{second}").value == ""
    page.session.chosen = first
    page.at.run()
    assert page.at.text_area(key=f"ex-note-{first}").value == EVIL
    page.at.segmented_control(key="e_view").set_value("This model").run()
    page.at.segmented_control(key="e_view").set_value(VIEW).run()
    assert page.at.text_area(key=f"ex-note-{first}").value == EVIL, "another view forgets nothing"


def test_what_is_not_there_yet_is_named(explain: Explain) -> None:
    page = explain.open("a.png", e_view=VIEW, e_methods="Grad-CAM, closed form,Occlusion")
    if page.at.session_state["explaining"].waiting:
        assert METHODS["occlusion"].title in page.text
    page.settled()
    assert "left out" not in page.text


def test_what_is_on_the_screen_is_exported(explain: Explain, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Sheet] = []
    monkeypatch.setattr(export, "_files", lambda _, sheet: made.append(sheet))
    page = explain.open("a.png", e_view=VIEW)
    page.at.toggle(key="e_turned").set_value(True).run()
    assert [one.turned for one in made] == [False, True]
    assert "Exports show what is on the screen" in page.sound().text


class TestDicom:
    @pytest.fixture
    def page(self, explain: Explain, predictor: Predictor) -> Explain:
        explain.open("a.png", e_view=VIEW)
        now = explain.session
        (case,) = review([("s.dcm", SAMPLE.read_bytes())], predictor, settings().limits)
        now.add(case)
        now.chosen = case.scan.digest
        explain.at.run()
        return explain

    def labels(self, page: Explain) -> list[str]:
        return [one.label for one in page.at.get("download_button")]

    def test_the_file_is_asked_for_once_more(self, page: Explain) -> None:
        assert "DICOM" not in self.labels(page)
        (again,) = (one for one in page.at.file_uploader if one.key == "ex-again-file")
        assert "this app kept none of it" in again.label

    def test_another_file_is_refused_and_the_right_one_taken(self, page: Explain) -> None:
        again = page.at.file_uploader(key="ex-again-file")
        other = SAMPLE.with_name("synthetic-series-2.dcm")
        again.set_value([(other.name, other.read_bytes(), "")]).run()
        assert "not the file that the slice came from" in page.text
        assert "DICOM" not in self.labels(page)
        page.at.file_uploader(key="ex-again-file").set_value([("s.dcm", SAMPLE.read_bytes(), "")]).run()
        assert "DICOM" in self.labels(page.sound())
