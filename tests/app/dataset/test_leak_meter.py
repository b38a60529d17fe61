"""The leak meter: each split's row, what is marked as leaking, and its examples."""

from html import escape
from pathlib import Path

from app import dataset
from app.components.dataset import leak_meter, split_bars
from app.dataset import Shown
from core.config.params import Split
from core.data import split
from tests.app.conftest import Studio
from tests.app.dataset.conftest import at, harmless


def test_the_leak_meter_says_each_split_and_the_finding(page: Studio) -> None:
    at(page, "Report")
    leaks = dataset.shown("mine").leaks
    assert leaks is not None and leaks.source is not None
    meter = next(one.value for one in page.at.get("html") if "leaks-row" in one.value)
    assert [
        meter.count(f"{name}<") for name in ("Random split", "source&#x27;s own split", "Grouped split")
    ] == [
        1,
        1,
        1,
    ]
    assert meter.index("Random split") < meter.index("Grouped split")
    assert "86 %" in meter and f"width:{100 * leaks.random.accuracy:.1f}%" in meter
    assert escape(leaks.sentence) in meter
    assert meter.count(">leaks<") == 2  # the random and the source's own


def test_a_random_manifest_is_said_to_leak_and_a_grouped_one_is_no_row_of_its_own(shown: Shown) -> None:
    assert shown.leaks is not None
    assert "This set" not in leak_meter.markup(shown, shown.leaks)
    split.split(shown.folder, Split(folds=2, strategy="random"))
    now = dataset.shown("mine")
    meter = leak_meter.markup(now, shown.leaks)
    assert "This set&#x27;s split<em" in meter
    assert "both sides of this split" in split_bars.verdict(now.rows)


def test_without_leaks_the_meter_says_what_to_do(page: Studio, var: Path) -> None:
    (var / "data" / "mine" / "leaks.json").unlink()
    assert "Measure the set" in at(page, "Report").text
    assert "Show twins" not in [one.label for one in page.at.expander]


def test_twins_are_drawn_only_while_someone_looks(page: Studio) -> None:
    at(page, "Edits")
    assert "correlation 1.000" not in page.text
    page.at.session_state["twins-mine"] = True
    page.at.run()
    assert "correlation 1.000" in page.sound().text and "in training" in page.text
    harmless(page)
