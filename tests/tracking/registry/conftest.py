"""A store with runs that made bundles, copied; and what makes more of them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.config.settings import Settings
from core.models.bundle import CARD, load
from core.tracking import store
from core.tracking.registry.registry import Registry
from core.tracking.registry.values import Entry
from core.tracking.runs.values import Run

NAMES = ("one", "two", "three")


def variant(tiny: Path, place: Path, version: str) -> Path:
    """The tiny bundle under another version, so of another digest."""
    shutil.copytree(tiny, place)
    card = json.loads((place / CARD).read_text())
    (place / CARD).write_text(json.dumps(card | {"version": version}))
    return place


def logged(client: Any, settings: Settings, bundle: Path, name: str) -> Run:
    """A run that ended well, with a bundle among its artefacts."""
    experiment = store.experiment(client, "kidney", settings)
    digest = load(bundle).digest
    tags = {"studio.bundle": digest, "studio.dataset": "kidney", "studio.manifest": "m" * 64}
    made = client.create_run(experiment, run_name=name, tags=tags).info.run_id
    client.log_artifacts(made, str(bundle), "bundle")
    client.set_terminated(made)
    return Run(id=made, name=name, experiment="kidney", state="finished", tags=tags)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, template: Path, tiny: Path) -> tuple[Path, list[Run]]:
    """A database with three runs of three bundles, registered as v1, v2 and v3."""
    place = tmp_path_factory.mktemp("registry")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        here = Settings(var=place / "var")
        here.var.mkdir()
        shutil.copy(template, here.var / store.DATABASE)
        client = store.client(here)
        runs = [logged(client, here, variant(tiny, place / name, name), name) for name in NAMES]
        registry = Registry(here)
        for run in runs:
            registry.register(run)
    return here.var, runs


@pytest.fixture
def three(settings: Settings, made: tuple[Path, list[Run]]) -> Settings:
    """Where v1, v2 and v3 are registered, and none of their bundles is on the shelf."""
    shutil.copy(made[0] / store.DATABASE, settings.var / store.DATABASE)
    return settings


@pytest.fixture
def registry(three: Settings) -> Registry:
    return Registry(three)


@pytest.fixture
def client(settings: Settings) -> Any:
    """MLflow's own, as another program has it."""
    return store.client(settings)


@pytest.fixture
def new_run(settings: Settings, tiny: Path, tmp_path: Path) -> Callable[[str], Run]:
    """Logs another run, with a bundle of its own."""

    def make(name: str) -> Run:
        return logged(store.client(settings), settings, variant(tiny, tmp_path / name, name), name)

    return make


def promotion(version: str, by: str = "Anna", why: str = "better on cysts", **more: Any) -> Entry:
    """A decision that somebody makes."""
    return Entry(
        1_700_000_000.0,
        **{"deed": "promoted", "version": version, "before": "", "by": by, "why": why, **more},
    )
