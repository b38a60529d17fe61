"""Review, as a person meets it: empty, filled, with bad files among the good, without a model."""

import io
import json
import shutil
import zipfile
from dataclasses import replace
from html import escape

import pytest

from core.config.settings import Limits, settings
from core.inference.predictor import Predictor
from core.inference.words import DISCLAIMER, percent
from tests.app.conftest import ASSETS, Studio, png

SAMPLES = ASSETS / "samples" / "index.json"


def test_empty_page_says_what_to_do_and_what_is_too_much(studio: Studio) -> None:
    page = studio.go("review").sound()
    assert "Drop axial CT slices" in page.text
    limits = Limits()
    assert f"Up to {limits.batch_files:,} files or {limits.batch_bytes // 2**20:,} MB at once" in page.text
    assert DISCLAIMER in page.text


@pytest.mark.skipif(not SAMPLES.is_file(), reason="no samples were drawn: run `make samples`")
def test_one_click_shows_the_synthetic_samples(studio: Studio) -> None:
    page = studio.go("review")
    page.at.button(key="samples").click().run()
    while page.session.intake:
        page.at.run()
    count = len(json.loads(SAMPLES.read_text(encoding="utf-8")))
    assert len(page.sound().session.cases) >= count
    assert page.at.query_params["samples"] in ("1", ["1"])


def test_a_slice_gets_its_answer_on_the_page(studio: Studio) -> None:
    page = studio.go("review").upload(("one.png", png(1))).sound()
    prediction = page.session.cases[0].prediction
    if prediction.declined:
        assert "Declined" in page.text and escape(prediction.reasons[0].sentence) in page.text
        page.at.toggle(key="show_declined").set_value(True).run()
    else:
        assert prediction.label in page.text
        assert "model probability" in page.text
    for label, share in zip(prediction.labels, prediction.probabilities, strict=True):
        assert escape(f"{label} {percent(share)}") in page.text
    assert prediction.model.digest[:12] in page.text
    assert DISCLAIMER in page.text
    assert {button.label for button in page.at.get("download_button")} == {"PDF", "CSV"}


def test_an_answer_of_another_model_is_not_given_this_ones_reliability(studio: Studio) -> None:
    page = studio.go("review").upload(("one.png", png(1))).sound()
    case = page.session.cases[0]
    given = replace(case.prediction, label=case.prediction.top[0], reasons=())
    earlier = replace(given, model=replace(given.model, digest="0" * 64))
    page.session.cases[0] = replace(case, prediction=earlier)
    page.at.run()
    assert "Another model gave this answer" in page.text
    page.session.cases[0] = replace(case, prediction=given)
    page.at.run()
    assert "Another model gave this answer" not in page.text


def test_bad_files_are_named_and_the_rest_goes_on(studio: Studio) -> None:
    bad = [("empty.jpg", b""), ("notes.jpg", b"these are words"), ("cut.png", png(2)[:400])]
    page = studio.go("review").upload(("a.png", png(1)), *bad, ("b.png", png(3))).sound()
    assert [case.scan.name for case in page.session.cases] == ["a.png", "b.png"]
    assert [refused.name for refused in page.session.refused] == ["empty.jpg", "notes.jpg", "cut.png"]
    assert page.at.expander[0].label == "3 files not read"
    for refused in page.session.refused:
        assert escape(refused.sentence) in page.text


def test_only_bad_files_leave_a_page_that_can_be_used(studio: Studio) -> None:
    page = studio.go("review").upload(("notes.txt", b"these are words")).sound()
    assert page.at.expander[0].label == "1 file not read"
    assert page.upload(("a.png", png(1))).sound().session.cases


def test_a_zip_gives_its_slices(studio: Studio) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(3):
            archive.writestr(f"s{number}.png", png(number))
    page = studio.go("review").upload(("series.zip", packed.getvalue())).sound()
    assert len(page.session.cases) == 3


def test_the_same_slice_twice_is_shown_once(studio: Studio) -> None:
    page = studio.go("review").upload(("a.png", png(1)), ("again.png", png(1))).sound()
    assert len(page.session.cases) == 1


def test_slices_are_walked_by_slider_and_buttons_and_the_address_follows(studio: Studio) -> None:
    page = studio.go("review").upload(*((f"s{n}.png", png(n)) for n in range(1, 11)))
    names = ["s1.png", "s2.png", "s10.png"]  # as people count, not s1, s10, s2
    shown = {case.scan.digest: case.scan.name for case in page.session.cases}
    assert shown[page.session.chosen] == names[0]
    page.at.button(key="next").click().run()
    assert shown[page.session.chosen] == names[1]
    page.at.slider(key="slice").set_value(10).run()
    assert shown[page.session.chosen] == names[2]
    assert "<b>10</b> / 10" in page.sound().text
    assert page.at.button(key="next").disabled
    assert page.at.query_params["slice"] in ("10", ["10"])
    page.at.button(key="previous").click().run()
    assert "<b>9</b> / 10" in page.text


def test_leaving_and_coming_back_changes_nothing(studio: Studio) -> None:
    page = studio.go("review").upload(*((f"s{n}.png", png(n)) for n in range(3)))
    page.at.slider(key="slice").set_value(2).run()
    page.at.selectbox(key="colours").set_value("viridis").run()
    page.at.selectbox(key="order").set_value("Least sure first").run()
    page.at.selectbox(key="map").set_value("Stone").run()
    chosen = page.session.chosen
    page.go("about").go("review").sound()
    assert page.session.chosen == chosen
    assert len(page.session.cases) == 3
    assert page.at.selectbox(key="colours").value == "viridis"
    assert page.at.selectbox(key="order").value == "Least sure first"
    assert page.at.selectbox(key="map").value == "Stone"


def test_filter_by_class_and_clear(studio: Studio) -> None:
    page = studio.go("review").upload(*((f"s{n}.png", png(n, 240 + 20 * n)) for n in range(4)))
    choice = page.at.selectbox(key="only")
    name = choice.options[1].rpartition(" (")[0]
    page.at.selectbox(key="only").set_value(name).run()
    expected = [c for c in page.session.cases if (c.prediction.label or "Declined") == name]
    assert f"/ {len(expected)}</div>" in page.sound().text
    page.at.button(key="clear").click().run()
    assert page.session.empty
    assert "Drop axial CT slices" in page.sound().text


def test_a_name_can_not_be_markup(studio: Studio) -> None:
    name = "<img src=x onerror=alert(1)>.jpg"
    page = studio.go("review").upload((name, b"no picture"), ("a.png", png(1)))
    assert "<img src=x" not in page.sound().text
    assert "&lt;img src=x onerror=alert(1)&gt;" in page.text


def test_too_many_files_are_refused_before_any_is_opened(studio: Studio, monkeypatch) -> None:
    monkeypatch.setenv("KCS_LIMIT_BATCH_FILES", "3")
    settings.cache_clear()
    page = studio.go("review").upload(*((f"s{n}.png", png(n)) for n in range(4)))
    assert "4 files and at most 3 are read at once" in page.sound().text
    assert not page.session.cases


def test_a_model_that_fails_half_way_costs_no_slice_that_was_read(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = Predictor.predict, []

    def failing(self, scan):
        calls.append(scan.name)
        if len(calls) == 3:
            raise RuntimeError("the interpreter is gone")
        return real(self, scan)

    monkeypatch.setattr(Predictor, "predict", failing)
    page = studio.go("review").upload(*((f"s{n}.png", png(n)) for n in range(5)))
    said = page.at.warning[0].value
    assert "Something unexpected went wrong here (error " in said
    assert "2 slices kept; 3 files not opened." in said
    assert "interpreter is gone" not in page.text
    assert len(page.session.cases) == 2
    page.upload(("more.png", png(7)))
    assert len(page.sound().session.cases) == 3


def test_without_a_model_the_page_says_so_and_what_to_do(without_model: Studio) -> None:
    page = without_model.go("review").sound()
    assert "There is no model bundle" in page.at.error[0].value
    assert not page.at.file_uploader
    assert DISCLAIMER in page.text


def test_a_bundle_that_is_restored_is_used_without_a_restart(studio: Studio, assets) -> None:
    model = (assets / "model").resolve()
    (assets / "model").unlink()
    page = studio.go("review")
    assert page.at.error
    (assets / "model").symlink_to(model)
    page.at.run()
    assert not page.at.error and page.at.file_uploader


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda card: {**card, "format": 99}, "has format 99"),
        (lambda card: {"format": card["format"]}, "is damaged"),
    ],
)
def test_a_bundle_that_can_not_be_read_is_a_sentence(studio: Studio, assets, change, words) -> None:
    copy = assets / "copy"
    shutil.copytree((assets / "model").resolve(), copy)
    card = copy / "bundle.json"
    card.write_text(json.dumps(change(json.loads(card.read_text()))))
    (assets / "model").unlink()
    copy.rename(assets / "model")
    page = studio.go("review").sound()
    assert words in page.at.error[0].value
    assert page.go("home").sound().at.button(key="begin")
