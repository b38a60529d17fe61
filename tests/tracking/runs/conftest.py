"""Stores of runs, filled once and copied."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.config.settings import Settings
from core.tracking import store
from core.tracking.runs.reader import Reader
from tests.support import runs


@dataclass(frozen=True)
class Filled:
    """A store that tests only read.

    Attributes:
        settings: Where.
        ids: Of the twelve alike, the first first.
        odd: Ids by what is odd.
    """

    settings: Settings
    ids: list[str]
    odd: dict[str, str]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Filled:
    var = tmp_path_factory.mktemp("filled") / "var"
    var.mkdir()
    shutil.copy(template, var / store.DATABASE)
    here = Settings(var=var)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        return Filled(here, runs.make(here), runs.odd(here))


@pytest.fixture
def reader(filled: Filled) -> Reader:
    """Of the store that nobody changes."""
    return Reader(filled.settings)


@pytest.fixture
def own(filled: Filled, tmp_path: Path) -> Settings:
    """A copy of the store to change; files stay where they are."""
    here = Settings(var=tmp_path / "own")
    here.var.mkdir()
    shutil.copy(filled.settings.var / store.DATABASE, here.var)
    return here
