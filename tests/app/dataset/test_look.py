"""How slices are named and marked in every view."""

import pytest

from app import dataset
from app.components.dataset import edits_panel, look, one_slice
from app.dataset import Shown
from core.data import edits
from tests.app.dataset.conftest import LONG, MARKUP, Tags, path_of


def test_long_names_keep_both_ends() -> None:
    assert look.short("short.png") == "short.png"
    cut = look.short(LONG)
    assert len(cut) == 26 and cut.startswith("nnn") and cut.endswith(" (7).png") and "\u2026" in cut


@pytest.mark.parametrize(
    "path", [f"images/{MARKUP}.png", 'images/" onerror="x.png', "images/'><b>.png", f"images/{'n' * 300}"]
)
def test_a_path_can_not_be_markup(shown: Shown, path: str) -> None:
    drawn = look.figure(shown, path, "data:,", shade="#000000", under=MARKUP)
    parser = Tags()
    parser.feed(drawn)
    assert [tag for tag, _ in parser.found] == [
        "figure",
        "img",
        "figcaption",
        "span",
        "i",
        "b",
        "span",
        "span",
    ]
    assert parser.found[0][1]["title"] == path
    assert set(parser.found[1][1]) == {"src", "alt"}


def test_an_excluded_slice_has_no_class_and_is_grey(shown: Shown) -> None:
    edits.exclude(shown.folder, path_of("wrong.png"))
    now = dataset.shown("mine")
    assert look.label(now, path_of("wrong.png")) == "excluded"
    assert look.shades(now)["excluded"] == "#7B8790"
    assert one_slice.facts(now, now.slices[0])["Path"] == now.slices[0].path
    assert [one.after for one in edits_panel.edits(now)] == ["excluded"]
