"""The Train page with a small real set, a model, and jobs that don't outlive their test."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config.params import Split
from core.config.settings import settings
from core.data import split
from core.data.ingest import ingest
from core.jobs import records, runner
from tests.app.conftest import ASSETS, Studio
from tests.support.sets import write_set

MARKUP = "<img src=x onerror=alert(1)>*big* `c`"
TRAIN = "../pages/train.py"


class Trainer(Studio):
    """The app in one session, at Train."""

    def __init__(self) -> None:
        super().__init__()
        self.at.switch_page(TRAIN).run()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A var folder with one set that is split, ``mine``: five people each of two classes."""
    place = tmp_path_factory.mktemp("made")
    chosen = settings().model_copy(update={"var": place / "var"})
    split.split(ingest(write_set(place / "source", patients=5), "mine", chosen), Split())
    return place / "var"


@pytest.fixture
def with_model(assets: Path, request: pytest.FixtureRequest) -> None:
    """The app has a model: the shipped one, or a small real one where none is built."""
    shipped = ASSETS / "model"
    model = shipped if (shipped / "bundle.json").is_file() else request.getfixturevalue("tiny")
    (assets / "model").symlink_to(model)


@pytest.fixture
def train(made: Path, var: Path, with_model: None) -> Iterator[Studio]:
    """The page with that set, which the test may change; what runs then ends with the test."""
    shutil.copytree(made, var, dirs_exist_ok=True)
    yield Trainer().sound()
    for job in records.listing(settings()):
        if not job.finished:
            runner.cancel(job.id, settings(), grace=0.0)


@pytest.fixture
def worker() -> Iterator[int]:
    """A process that does nothing, as a job's worker; the leader of its own group."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
    yield process.pid
    process.kill()
    process.wait()
