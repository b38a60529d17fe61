"""A champion, what it is measured on, and candidates that are better or worse than it by design."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.config.settings import Settings
from core.data.manifest import Row
from core.inference.predictor import Predictor
from core.inference.standing import Standing
from core.models.bundle import load
from core.promotion.gate import Check, Gate
from core.promotion.measuring import measure
from tests.support import candidates
from tests.tracking.conftest import settings, template  # noqa: F401
from tests.tracking.registry.conftest import made, runs, three  # noqa: F401


@pytest.fixture(autouse=True)
def _our_own_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> tuple[Path, list[Row]]:
    """A var folder with a set that the tiny bundle answers rightly; not to be written to."""
    place = tmp_path_factory.mktemp("drawn") / "var"
    return place, candidates.write(Settings(var=place), tiny)


@pytest.fixture
def here(drawn: tuple[Path, list[Row]], tmp_path: Path) -> Settings:
    """Where that set is, and two of the shipped samples."""
    shutil.copytree(drawn[0], tmp_path / "here")
    return Settings(var=tmp_path / "here", assets=candidates.assets(tmp_path / "assets"))


@pytest.fixture
def rows(drawn: tuple[Path, list[Row]]) -> list[Row]:
    """The set's manifest."""
    return drawn[1]


def agreed(*_: object) -> Check:
    """What TensorFlow would say of the tiny bundle's export; test_worker.py asks it."""
    return Check(name="parity", title="Export agrees", met=True, sentence="It does.")


@pytest.fixture
def against(here: Settings, tiny: Path, tmp_path: Path) -> Callable[..., Gate]:
    """Measures a variant of the tiny bundle against one that is right about every slice."""

    def run(champion_seen: Any = (), champion: Any = None, told: Any = None, **candidate: Any) -> Gate:
        now = candidates.variant(tiny, tmp_path / "champion", champion_seen, version="now", **champion or {})
        other = candidates.variant(tiny, tmp_path / "candidate", version="other", **candidate)
        standing = Standing(Predictor(load(now), 1, 1), "champion", "3")
        return measure(other, standing, here, agreed, told or (lambda what, share: None))

    return run


def line(gate: Gate, name: str) -> Check:
    """One of the gate's lines."""
    return next(one for one in gate.checks if one.name == name)
