"""The map of groups, and the split as bars: every slice once, no cut group hidden."""

from dataclasses import replace
from pathlib import Path

import pytest

from app import dataset
from app.components.dataset import groups_map, split_bars
from app.dataset import Shown
from core.data import manifest
from tests.app.conftest import Studio
from tests.app.dataset.conftest import MARKUP, at, harmless


def test_the_map_has_every_slice_once_at_each_depth(shown: Shown) -> None:
    found = groups_map.boxes(shown)
    assert sum(box.slices for box in found if not box.parent) == 28
    known = {box.id: box for box in found}
    for box in found:
        inside = [other.slices for other in found if other.parent == box.id]
        assert not box.parent or box.parent in known
        assert not inside or sum(inside) == box.slices
    assert {box.part for box in found if box.parent} <= {"0", "1"}
    series, groups = ({getattr(one, what) for one in shown.slices} for what in ("series", "group"))
    said = f"28 slices of {len(series)} series in {len(groups)} patient blocks; the largest, P0"
    assert groups_map.summary(shown).startswith(said)


def test_map_and_split_are_drawn_and_hold_no_markup(page: Studio) -> None:
    at(page, "Groups and split")
    groups = len({one.group for one in dataset.shown("mine").slices})
    assert f"No group is cut: each of {groups} patient blocks lies in one part." in page.text
    charts = [
        one.proto.figure.spec if hasattr(one.proto, "figure") else str(one.proto)
        for one in page.at.get("plotly_chart")
    ]
    assert len(charts) == 2 and MARKUP not in "".join(charts)
    harmless(page)


def test_a_cut_group_is_hatched_and_counted() -> None:
    def row(path: str, group: str, part: str) -> manifest.Row:
        return manifest.Row(path, "Cyst", "", 1, 1, "", group, "", "", part)

    rows = [row("a", "P1", "0"), row("b", "P1", "1"), row("c", "P2", "1"), row("d", "P3", "0")]
    assert split_bars.cut(rows) == {"P1"}
    assert split_bars.verdict(rows).startswith("Leaks: 1 patient block of 3 lies on both sides")
    bars = split_bars.drawn(rows, {"Cyst": "#000000"}, {"P1"}).data[0]
    assert list(zip(bars.customdata, bars.marker.pattern.shape, strict=True)) == [
        ("P1", "/"), ("P3", ""), ("P1", "/"), ("P2", ""),
    ]  # fmt: skip
    assert split_bars.verdict(rows[2:]).startswith("No group is cut: each of 2 patient blocks")


def test_parts_come_in_their_order_and_a_class_that_one_lacks_stands_out() -> None:
    rows = [
        manifest.Row(str(number), label, "", 1, 1, "", f"P{number}", "", "", part)
        for number, (label, part) in enumerate([("A", "test"), ("A", "train"), ("B", "val"), ("B", "train")])
    ]
    assert split_bars.parts(rows) == ["train", "val", "test"]
    table = split_bars.table(rows, {"A": "#111111", "B": "#222222"})
    assert table.count('class="nought"') == 2
    folds = [manifest.Row(str(n), "A", "", 1, 1, "", "", "", "", str(n)) for n in (10, 9, 2)]
    assert split_bars.parts(folds) == ["2", "9", "10"]


def test_without_a_split_that_is_said(page: Studio, var: Path) -> None:
    (var / "data" / "mine" / "manifest.csv").unlink()
    at(page, "Groups and split")
    assert "is not split yet" in page.text and len(page.at.get("plotly_chart")) == 1


@pytest.mark.parametrize(
    ("shade", "ink"),
    [("#F0E442", "#000000"), ("#0072B2", "#FFFFFF"), ("#E69F00", "#000000"), ("#882255", "#FFFFFF")],
)
def test_names_on_the_map_are_read_on_their_colour(shade: str, ink: str) -> None:
    box = groups_map.Box("a", "", "a", 1, "a", "0")
    (color,) = groups_map.drawn([box], "class", {"a": shade}).data[0].textfont.color
    assert color == ink


def test_a_class_with_a_slash_is_no_block_of_another(shown: Shown) -> None:
    first = shown.slices[0]
    other = next(one for one in shown.slices if one.group != first.group)
    rule = {first.path: "A", other.path: f"A/{first.group}"}
    found = groups_map.boxes(replace(shown, labels=rule))
    assert len({box.id for box in found}) == len(found)
    assert [box.name for box in found if not box.parent] == ["A", f"A/{first.group}"]
