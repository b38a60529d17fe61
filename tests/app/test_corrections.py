"""A reader says what slices are: kept in one tab, counted, taken away as a zip, and forgotten with it."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from app import corrections
from core.config.settings import Limits
from core.data import corrections_zip
from core.imaging.preprocess import PreprocessSpec
from core.inference.corrections import write
from tests.app.conftest import Studio, png


def pills(page: Studio):
    (found,) = [one for one in page.at.get("button_group") if one.label == "What it is"]
    return found


def chosen(page: Studio) -> str | None:
    return pills(page).value


def say(page: Studio, label: str | None) -> Studio:
    pills(page).set_value(label).run()
    return page.sound()


def downloads(page: Studio) -> set[str]:
    return {button.label for button in page.at.get("download_button")}


def said(page: Studio) -> dict[str, str]:
    held = page.at.session_state["corrections"]
    return dict(held.get(page.session, {}))


def test_a_slice_is_open_until_a_person_says_what_it_is(studio: Studio) -> None:
    page = studio.go("review").upload(("a.png", png(1)), ("b.png", png(2))).sound()
    case = page.session.cases[0]
    other = next(label for label in case.prediction.labels if label != case.prediction.label)
    assert list(pills(page).options) == list(case.prediction.labels)
    assert chosen(page) is None
    assert "Left open." in page.text
    assert downloads(page) >= {"PDF", "CSV"}
    assert "Corrections (.zip)" not in downloads(page)
    say(page, other)
    assert "1 correction in this tab." in page.text
    assert ("Unlike the model" in page.text) or case.prediction.declined
    assert "Corrections (.zip)" in downloads(page)
    # the next slice is another matter, and the first stays as it was
    page.at.button(key="next").click().run()
    assert chosen(page) is None
    assert "Left open. 1 correction in this tab." in page.text
    page.at.button(key="previous").click().run()
    assert chosen(page) == other
    page.go("about").go("review")
    assert chosen(page) == other
    assert "1 correction in this tab." in page.text
    say(page, None)
    assert said(page) == {}
    assert "Corrections (.zip)" not in downloads(page)


def test_agreeing_counts_too(studio: Studio) -> None:
    page = studio.go("review").upload(("a.png", png(1)))
    case = page.session.cases[0]
    page.session.cases[0] = replace(case, prediction=replace(case.prediction, label="Cyst", reasons=()))
    page.at.run()
    say(page, "Cyst")
    assert "As the model says. 1 correction in this tab." in page.text
    found = [(page.session.cases[0], "Cyst"), (page.session.cases[0], "Stone")]
    assert corrections.summary(found[:1]) == "1 correction, none unlike the model's answer"
    assert corrections.summary(found) == "2 corrections, 1 unlike the model's answer"


def test_two_tabs_know_nothing_of_each_other_and_clear_forgets(studio: Studio) -> None:
    page, other = studio.go("review"), Studio().go("review")
    for one in (page, other):
        one.upload(("a.png", png(1)))
    say(page, "Cyst")
    other.at.run()
    assert chosen(other) is None
    assert "correction" not in "\n".join(caption.value for caption in other.at.caption)
    say(other, "Stone")
    page.at.run()
    assert chosen(page) == "Cyst"
    page.at.button(key="clear").click().run()
    page.upload(("a.png", png(1))).sound()
    assert chosen(page) is None
    assert said(page) == {}
    assert "Corrections (.zip)" not in downloads(page)
    other.at.run()
    assert said(other)


def test_classes_of_a_bundle_are_no_markup(studio: Studio) -> None:
    page = studio.go("review").upload(("a.png", png(1)))
    case = page.session.cases[0]
    labels = ("**bold**", "<b>x</b>", ":material/delete:", "[a](https://a.org)")
    page.session.cases[0] = replace(
        case, prediction=replace(case.prediction, labels=labels, label=labels[0], reasons=())
    )
    page.at.run()
    shown = [option.content for option in pills(page).proto.options]
    assert shown[0] == "\\*\\*bold\\*\\*"
    assert "\\[a\\]" in shown[3]
    assert "\\:material" in shown[2]
    say(page, labels[3])
    assert list(said(page).values()) == [labels[3]]


def test_what_is_taken_away_is_what_was_said_and_nothing_of_the_person(
    studio: Studio, tmp_path: Path
) -> None:
    colour = cv2.cvtColor(cv2.imdecode(np.frombuffer(png(3), np.uint8), 0), cv2.COLOR_GRAY2BGR)
    jpeg = cv2.imencode(".jpg", colour)[1].tobytes()
    page = studio.go("review").upload(("Jane Doe 1950.png", png(1)), ("Jane Doe 1951.jpg", jpeg))
    say(page, "Stone")
    page.at.button(key="next").click().run()
    say(page, "Cyst")
    cases = {case.scan.digest: case for case in page.session.cases}
    marked = [(cases[digest], label) for digest, label in said(page).items()]
    data = write(marked, PreprocessSpec())
    assert b"Jane" not in data
    (tmp_path / "c.zip").write_bytes(data)
    found = corrections_zip.read(tmp_path / "c.zip", Limits())
    assert {one.source_sha256: one.label for one in found.slices} == said(page)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert "Jane" not in json.dumps(json.loads(archive.read("corrections.json")))
        assert all(info.date_time == (1980, 1, 1, 0, 0, 0) for info in archive.infolist())
