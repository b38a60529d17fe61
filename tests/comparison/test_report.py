import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from core.comparison import export, report
from core.config.settings import Settings
from core.tracking import store
from core.tracking.runs.reader import Reader
from core.tracking.runs.values import Run
from tests.comparison.conftest import MARKUP

Named = Callable[[str], Run]


class Seen(HTMLParser):
    """What a browser would make of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += f"{data} "


@pytest.fixture(scope="module")
def page(settings: Settings, reader: Reader) -> str:
    from core.tracking.runs.values import Query

    found = {one.name: one for one in reader.runs(Query())}
    return export.report(
        [found[name] for name in ("poor", "good", MARKUP, "bare", "broken", "live")], reader, settings
    )


def test_it_has_everything_that_a_comparison_has(page: str, settings: Settings) -> None:
    words = Seen(page).words
    for said in (
        "6 runs compared", store.shown(settings), "Macro F1", "What is not here", "0.500",
        "6 (100%)", "+50%", "Patient blocks", "D logged no scores.json, answers.csv", "E: answers.csv",
        "B against A: Macro F1 +", "larger than chance", "lr", "For research",
    ):  # fmt: skip
        assert said in words, said
    assert "C logged no" not in words
    alts = [attributes["alt"] for tag, attributes in Seen(page).elements if tag == "img"]
    assert alts == ["ROC curves by class", "Reliability curves", "Metrics by step"]


def test_it_needs_nothing_from_outside_and_runs_nothing(page: str) -> None:
    seen = Seen(page)
    assert {tag for tag, _ in seen.elements}.isdisjoint(
        {"script", "link", "iframe", "object", "embed", "svg"}
    )
    for _, attributes in seen.elements:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href"):
            assert str(attributes.get(name, "data:")).startswith("data:")
    assert not re.search(r"https?://", page)
    assert "\u202e" not in page
    assert '<script>alert(1)</script> & "x" $x^2$' in seen.words
    assert len(page) < 2_000_000


def test_one_run_and_runs_without_anything_make_a_report_too(
    run: Named, reader: Reader, settings: Settings
) -> None:
    alone = Seen(report.report([run("good")], reader, settings)).words
    assert "1 runs compared" not in alone and "1 run" in alone
    bare = Seen(report.report([run("bare"), run("live")], reader, settings)).words
    assert "None of these runs was measured so" in bare
    assert report.report([], reader, settings)


@pytest.mark.parametrize(("at", "name"), [(0, "A"), (25, "Z"), (26, "A2"), (52, "A3")])
def test_every_run_has_a_letter_of_its_own(at: int, name: str) -> None:
    assert report.letter(at) == name
