"""Runs that are held against each other; made once, never changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.comparison import loading
from core.config.settings import Settings, settings
from tests.support import compared


@pytest.fixture(scope="session")
def compared_store(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> tuple[Path, dict[str, str]]:
    """A var folder with the runs of `tests.support.compared`, and their ids by name."""
    place = tmp_path_factory.mktemp("compared")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        found = compared.make(Settings(var=place / "var"), tiny, place)
    return place / "var", found


@pytest.fixture
def compared_ids(
    compared_store: tuple[Path, dict[str, str]], monkeypatch: pytest.MonkeyPatch, assets: Path
) -> Iterator[dict[str, str]]:
    """The app with these runs."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("KCS_VAR", str(compared_store[0]))
    settings.cache_clear()
    loading.forget()
    yield compared_store[1]
    settings.cache_clear()
