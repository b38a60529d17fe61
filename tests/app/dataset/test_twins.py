"""Duplicates: those of several classes first, and which copies go."""

from pathlib import Path

from app import dataset
from app.components.dataset import twins
from core.data import edits
from tests.app.conftest import Studio
from tests.app.dataset.conftest import at, harmless, path_of, press


def test_copies_across_classes_come_first(page: Studio) -> None:
    at(page, "Duplicates")
    assert "several classes" in page.text
    copies = [one.value for one in page.at.get("html") if 'class="copies"' in one.value]
    assert len(copies) == 1 and "wrong.png" in copies[0]
    harmless(page)


def test_all_copies_go_at_once_but_not_those_of_several_classes(page: Studio, var: Path) -> None:
    at(page, "Duplicates").at.session_state["copies-mine"] = "Equal files"
    page.at.run()
    press(page, "Exclude all 3 copies")
    out = edits.read(var / "data" / "mine").excluded
    assert out == tuple(sorted((path_of("Cyst- (1).png"), path_of("Cyst- (2).png"), path_of("again.png"))))
    press(page, "Undo")
    assert len(edits.read(var / "data" / "mine").excluded) < 3


def test_of_a_set_of_several_classes_all_can_go(page: Studio, var: Path) -> None:
    press(at(page, "Duplicates"), "Exclude all of them")
    assert set(edits.read(var / "data" / "mine").excluded) == {
        path_of("wrong.png"), path_of("Cyst- (4).png"), path_of("Cyst- (5).png"),
    }  # fmt: skip


def test_what_can_go_is_all_but_the_first_that_counts() -> None:
    assert twins.spare(["a", "b", "c"], set()) == ["b", "c"]
    assert twins.spare(["a", "b", "c"], {"a"}) == ["c"]
    assert twins.spare(["a", "b"], {"a", "b"}) == []


def test_without_a_report_the_duplicates_say_what_to_do(page: Studio, var: Path) -> None:
    (var / "data" / "mine" / "report.json").unlink()
    assert "Measure the set to find them" in at(page, "Duplicates").text


def test_a_long_set_of_near_equal_slices_is_a_series_and_not_copies(page: Studio, var: Path) -> None:
    """Its ends can differ as much as neighbours of neighbours do."""
    shown = dataset.shown("mine")
    equal = [one.paths for one in shown.report.exact]
    assert all(twins.are_copies(shown, paths) for paths in equal)
    some = [one.path for one in shown.slices]
    assert twins.are_copies(shown, some[:2])
    assert not twins.are_copies(shown, some)
