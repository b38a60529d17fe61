"""A job's folder and a database of runs, copied: to make one takes MLflow seconds."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.config.settings import Settings
from core.tracking import store
from core.tracking.recorder import Recorder

JOB = "20240101-000000-000000-abcd"


@pytest.fixture(autouse=True)
def _our_own_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    var = tmp_path_factory.mktemp("tracking") / "var"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        store.client(Settings(var=var))
    return var / store.DATABASE


@pytest.fixture
def settings(tmp_path: Path, template: Path) -> Settings:
    here = Settings(var=tmp_path / "var")
    here.var.mkdir()
    shutil.copy(template, here.var / store.DATABASE)
    return here


@pytest.fixture
def folder(settings: Settings) -> Path:
    """A job's."""
    place = settings.var / "jobs" / JOB
    place.mkdir(parents=True)
    return place


@pytest.fixture
def recorder(settings: Settings, folder: Path) -> Callable[..., Recorder]:
    """Makes recorders of the one job."""

    def make(**changes: Any) -> Recorder:
        return Recorder(folder, settings, **{"experiment": "kidney", "name": "a run", "job": JOB, **changes})

    return make


@pytest.fixture
def written(recorder: Callable[..., Recorder]) -> Callable[..., Recorder]:
    """A recorder whose outbox nobody delivers while it is written."""

    def make(**changes: Any) -> Recorder:
        made = recorder(**changes)
        made._begin()
        return made

    return make


class Runs:
    """What is in the database of runs."""

    def __init__(self, settings: Settings) -> None:
        self.client = store.client(settings)

    def all(self) -> list[Any]:
        ids = [one.experiment_id for one in self.client.search_experiments()]
        return list(self.client.search_runs(ids))

    def one(self) -> Any:
        found = self.all()
        assert len(found) == 1, f"{len(found)} runs in the place of one"
        return found[0]

    def history(self, name: str, run: str | None = None) -> list[tuple[int, float]]:
        found = self.client.get_metric_history(run or self.one().info.run_id, name)
        return [(one.step, one.value) for one in found]

    def artefacts(self, run: str, place: str | None = None) -> list[str]:
        return [one.path for one in self.client.list_artifacts(run, place)]


@pytest.fixture
def runs(settings: Settings) -> Callable[[], Runs]:
    return lambda: Runs(settings)


def in_a_fork(do: Callable[[], object]) -> int:
    """Do something in a forked process, which has MLflow loaded as we have.

    Returns:
        Its exit status, negative for a signal.
    """
    pid = os.fork()
    if pid == 0:
        try:
            do()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def in_forks(several: Sequence[Callable[[], object]]) -> list[int]:
    """Do several things at once, each in a forked process."""
    pids = []
    for do in several:
        pid = os.fork()
        if pid == 0:
            try:
                do()
            except BaseException:
                os._exit(1)
            os._exit(0)
        pids.append(pid)
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]


@pytest.fixture
def forked() -> Iterator[Callable[[Callable[[], object]], int]]:
    yield in_a_fork
