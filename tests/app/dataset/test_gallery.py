"""The gallery: what is sent, what filters keep, and what a person may change of one slice."""

from html import escape
from pathlib import Path, PurePosixPath

import pytest

from app import dataset
from app.components.dataset import gallery
from app.components.dataset.slice_filter import Filter, matching, ordered
from app.dataset import Shown
from core.config.settings import settings
from core.data import classes, edits, sets
from tests.app.conftest import Studio
from tests.app.dataset.conftest import ARABIC, LONG, at, harmless, mounted, path_of, press


def test_the_gallery_sends_a_page_with_names_and_pictures(page: Studio) -> None:
    items = mounted(at(page, "Slices"))[0]["items"]
    assert len(items) == 28 <= gallery.PAGE
    assert {item["name"] for item in items} >= {LONG, ARABIC, "wrong.png"}
    assert all(item["picture"].startswith("data:image/jpeg;base64,") for item in items)
    assert len({item["shade"] for item in items}) == 3
    assert "1 to 28 of 28 slices" in page.text
    harmless(page)


def test_only_the_page_that_is_seen_is_sent(page: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "PAGE", 10)
    first = mounted(at(page, "Slices"))[0]["items"]
    assert len(first) == 10 and "1 to 10 of 28 slices" in page.text
    page.at.session_state[f"gallery-page-mine-3-{hash(Filter())}"] = 3
    page.at.run()
    last = mounted(page.sound())[0]["items"]
    assert len(last) == 8 and "21 to 28 of 28 slices" in page.text
    assert not {item["id"] for item in first} & {item["id"] for item in last}


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Filter(), 28),
        (Filter(label="Cyst"), 11),
        (Filter(label="Stone", part="0"), None),
        (Filter(plane="no such plane"), 0),
        (Filter(state="changed"), 0),
        (Filter(state="excluded"), 0),
        (Filter(text="  WRONG.png "), 1),
        (Filter(text="\u0643\u0644\u064a\u0629"), 1),
        (Filter(text="["), 0),
        (Filter(label="Cyst", text="normal-"), 0),
    ],
)
def test_filters_keep_what_fits_all_of_them(shown: Shown, wanted: Filter, count: int | None) -> None:
    found = matching(shown, wanted)
    if count is None:
        both = {row.path for row in shown.rows if row.label == "Stone" and row.split == "0"}
        assert {one.path for one in found} == both
    else:
        assert len(found) == count


def test_slices_come_as_they_were_counted_and_a_change_moves_none(shown: Shown) -> None:
    names = [PurePosixPath(one.path).name for one in ordered(shown) if "/train/Stone/" in one.path]
    assert names == [*(f"Normal- ({number}).png" for number in range(1, 9)), "wrong.png"]
    before = [one.path for one in matching(shown, Filter())]
    edits.relabel(shown.folder, before[0], shown.classes[1])
    edits.exclude(shown.folder, before[3])
    now = dataset.shown("mine")
    assert [one.path for one in matching(now, Filter())] == before
    assert [one.path for one in matching(now, Filter(state="changed"))] == [before[0]]
    assert [one.path for one in matching(now, Filter(state="excluded"))] == [before[3]]


def test_a_chosen_slice_is_shown_large_with_its_facts(page: Studio) -> None:
    at(page, "Slices").at.session_state["gallery-chosen-mine"] = path_of(LONG)
    page.at.run()
    assert 'class="large"' in page.sound().text
    for fact in ("Path", "Series", "Patient block", "Plane", "Size", "Split"):
        assert f"<dt>{fact}</dt>" in page.text
    assert escape(path_of(LONG)) in page.text and "160 x 160, 8 bit PNG" in page.text


def test_a_slice_is_relabelled_excluded_and_made_what_it_was(page: Studio, var: Path) -> None:
    at(page, "Slices").at.session_state["gallery-chosen-mine"] = path_of("wrong.png")
    page.at.run()
    before = (var / "data" / "mine" / path_of("wrong.png")).read_bytes()
    next(one for one in page.at.selectbox if one.key and one.key.startswith("label-gallery")).set_value(
        "Cyst"
    ).run()
    press(page, "Relabel")
    assert edits.read(var / "data" / "mine").labels == {path_of("wrong.png"): "Cyst"}
    assert "was Stone" in page.text and "were changed since" in page.text
    press(page, "Exclude")
    assert edits.read(var / "data" / "mine").excluded == (path_of("wrong.png"),)
    press(page, "Undo")
    assert edits.read(var / "data" / "mine") == edits.Edits()
    assert (var / "data" / "mine" / path_of("wrong.png")).read_bytes() == before


def test_a_set_that_is_being_worked_on_is_not_changed_and_that_is_said(page: Studio, var: Path) -> None:
    at(page, "Slices").at.session_state["gallery-chosen-mine"] = path_of("wrong.png")
    page.at.run()
    with sets.locked("mine", settings()):
        press(page, "Exclude")
    assert "is being worked on right now" in page.at.error[0].value
    assert edits.read(var / "data" / "mine") == edits.Edits()


def test_a_chosen_slice_that_is_gone_is_none(page: Studio) -> None:
    at(page, "Slices").at.session_state["gallery-chosen-mine"] = "images/gone.png"
    page.at.run()
    assert "Choose a slice" in page.sound().text


def test_a_filter_for_a_class_that_is_gone_hides_nothing(page: Studio) -> None:
    at(page, "Slices").at.selectbox(key="gallery-Class-mine").set_value("Stone").run()
    assert "of 9 slices" in page.sound().text
    folder = dataset.shown("mine").folder
    classes.write(folder, {**classes.read(folder), "Stone": "Calculus"})
    page.at.run()
    assert "of 28 slices" in page.sound().text
