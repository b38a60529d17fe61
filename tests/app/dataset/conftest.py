"""A measured set whose source leaks and whose names are awkward, on the Data page and without it."""

import json
import shutil
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from app import dataset
from app.dataset import Shown
from core.config.params import Split
from core.config.settings import settings
from core.data import leakage, split
from core.data.ingest import ingest
from core.data.synthetic import LABELS, write_dataset
from core.data.validation import validate
from tests.app.conftest import Studio

MARKUP = "<img src=x onerror=alert(1)>*b* `c` $d$"
# as the catalogue has them: ingest shortens and cleans names
LONG = "n" * 100 + " (7).png"
ARABIC = "\u0643\u0644\u064a\u0629 (8).png"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A var folder with a measured set, ``mine``, of 28 slices.

    Three classes of 8 slices and 2 people each in train; in test a copy of two Cyst slices, one of
    them a third time within train, and one in the wrong class.
    """
    place = tmp_path_factory.mktemp("made")
    write_dataset(place / "drawn", 8, 3, size=160)
    source = place / "source"
    for label, name in zip(LABELS, ("Cyst", "Stone", MARKUP), strict=False):
        shutil.copytree(place / "drawn" / label, source / "train" / name)
    cysts = sorted((source / "train" / "Cyst").iterdir())
    cysts[6].rename(cysts[6].with_name(LONG))
    cysts[7].rename(cysts[7].with_name(ARABIC))
    (source / "test" / "Cyst").mkdir(parents=True)
    shutil.copyfile(cysts[0], source / "test" / "Cyst" / "a (1).png")
    shutil.copyfile(cysts[1], source / "test" / "Cyst" / "b (2).png")
    shutil.copyfile(cysts[0], source / "train" / "Cyst" / "again.png")
    shutil.copyfile(cysts[3], source / "train" / "Stone" / "wrong.png")
    chosen = settings().model_copy(update={"var": place / "var"})
    folder = ingest(source, "mine", chosen)
    validate.validate(folder)
    split.split(folder, Split(folds=2))
    leakage.measure(folder, 2, 0)
    return place / "var"


@pytest.fixture
def page(made: Path, var: Path, without_model: Studio) -> Studio:
    """The Data page with that set, which the test may change."""
    shutil.copytree(made, var, dirs_exist_ok=True)
    return without_model


@pytest.fixture
def shown(made: Path, var: Path) -> Shown:
    """That set, without a page."""
    shutil.copytree(made, var, dirs_exist_ok=True)
    return dataset.shown("mine")


def at(page: Studio, view: str) -> Studio:
    if not page.at.tabs:
        page.go("data")
    page.at.session_state["view"] = view
    page.at.run()
    return page.sound()


def mounted(page: Studio) -> list[dict[str, Any]]:
    """What the components of our own were given."""
    return [json.loads(one.proto.json) for one in page.at.get("bidi_component")]


def path_of(name: str) -> str:
    return next(one.path for one in dataset.shown("mine").slices if PurePosixPath(one.path).name == name)


class Tags(HTMLParser):
    """Tags of markup that came through."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def harmless(page: Studio) -> None:
    """No name of a file or class became a tag."""
    parser = Tags()
    parser.feed("\n".join(one.value for one in page.at.get("html")))
    assert not [tag for tag, attrs in parser.found if "onerror" in attrs]
    assert all((attrs.get("src") or "").startswith("data:") for tag, attrs in parser.found if tag == "img")


def press(page: Studio, label: str) -> Studio:
    """Press the first button that is called so."""
    next(one for one in page.at.button if one.label == label).click().run()
    return page.sound()
