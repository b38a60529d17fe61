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


def logged(settings: Settings, bundle: Path, name: str) -> Run:
    """A run that ended well, with a bundle among its artefacts."""
    client = store.client(settings)
    experiment = store.experiment(client, "kidney", settings)
    tags = {"studio.bundle": load(bundle).digest, "studio.dataset": "kidney", "studio.manifest": "m" * 64}
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
        runs = [logged(here, variant(tiny, place / name, name), name) for name in NAMES]
        for run in runs:
            Registry(here).register(run)
    return here.var / store.DATABASE, runs


@pytest.fixture
def three(settings: Settings, made: tuple[Path, list[Run]]) -> Settings:
    """Where v1, v2 and v3 are registered, and none of their bundles is on the shelf."""
    shutil.copy(made[0], settings.var / store.DATABASE)
    return settings


@pytest.fixture
def runs(made: tuple[Path, list[Run]]) -> list[Run]:
    """Those of v1, v2 and v3."""
    return made[1]


@pytest.fixture
def registry(three: Settings) -> Registry:
    return Registry(three)


@pytest.fixture
def client(three: Settings) -> Any:
    """MLflow's own, as another program has it."""
    return store.client(three)


@pytest.fixture
def fourth(three: Settings, tiny: Path, tmp_path: Path) -> Run:
    """A run that isn't registered, whose artefacts may be damaged."""
    return logged(three, variant(tiny, tmp_path / "four", "four"), "four")


@pytest.fixture
def artefacts(three: Settings) -> Callable[[Run], Path]:
    """Where the bundle of a run lies among its artefacts."""

    def find(run: Run) -> Path:
        uri = store.client(three).get_run(run.id).info.artifact_uri
        return Path(uri.removeprefix("file://")) / "bundle"

    return find


def promotion(version: str, by: str = "Anna", why: str = "better on cysts", **more: Any) -> Entry:
    """A decision that somebody makes."""
    given = {
        "at": 1_700_000_000.0,
        "deed": "promoted",
        "version": version,
        "before": "",
        "by": by,
        "why": why,
    }
    return Entry(**{**given, **more})


def told(registry: Registry) -> list[tuple[str, str, str, str]]:
    """Deed, version, version before and who, of every decision, newest first."""
    return [(one.deed, one.version, one.before, one.by) for one in registry.history()]
