"""The API over the tiny bundle, in this process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config.settings import Limits, Settings
from core.serving.api import create_api
from tests.support.client import Client, client


@pytest.fixture(scope="session")
def settings_of_tiny(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(assets=tiny.parent, var=tmp_path_factory.mktemp("var"), threads=1)


@pytest.fixture(scope="session")
def api(settings_of_tiny: Settings) -> Iterator[Client]:
    with client(create_api(settings_of_tiny)) as made:
        yield made


@pytest.fixture
def small(tiny: Path, tmp_path: Path) -> Iterator[Client]:
    """The API with limits that a test can pass."""
    limits = Limits(file_bytes=100_000, batch_files=5, batch_bytes=400_000)
    with client(create_api(Settings(assets=tiny.parent, var=tmp_path, threads=1, limits=limits))) as made:
        yield made
