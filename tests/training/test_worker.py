"""Training in the background, with real workers: started, killed, resumed, cancelled."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.__main__ import main
from core.config.settings import settings
from core.data.ingest import ingest
from core.jobs import records
from core.jobs.job import Job
from core.models.bundle import load
from core.models.weights import WeightsError, torchvision_mobilenet_v2
from tests.support.sets import write_set

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]
SMALL = [
    "model.start=torchvision", "model.size=64", "training.every=1", "training.variants=[contrast]",
    "training.dimensions=8", "declining.dimensions=8", "split.folds=2", "split.dealings=1",
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A set "small" in a var of its own."""
    try:
        torchvision_mobilenet_v2()
    except WeightsError as error:
        pytest.skip(error.sentence)
    patch = pytest.MonkeyPatch()
    patch.setenv("KCS_VAR", str(tmp_path_factory.mktemp("worker") / "var"))
    settings.cache_clear()
    raw = write_set(tmp_path_factory.mktemp("raw"), patients=4, slices=3)
    yield ingest(raw, "small", settings())
    patch.undo()
    settings.cache_clear()


def started(capsys: pytest.CaptureFixture[str], *more: str) -> str:
    capsys.readouterr()
    changes = [word for one in SMALL for word in ("--set", one)]
    assert main(["train", "--dataset", "small", *changes, "--detach", "--json", *more]) == 0
    return str(json.loads(capsys.readouterr().out)["id"])


def until(job: str, reached: Callable[[Job], bool]) -> Job:
    for _ in range(1200):
        found = records.read(job, settings())
        if reached(found) or found.finished:
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def test_killed_and_resumed_it_ends_as_if_nothing_had_been(capsys: pytest.CaptureFixture[str]) -> None:
    whole = until(started(capsys), lambda job: job.finished)
    assert whole.state == "succeeded", whole.reason
    bundle = load(Path(whole.result["bundle"]))
    assert bundle.ref.version == whole.id
    shares = [one["phase"] for one in records.events(whole.id, settings()) if "phase" in one]
    assert "cross-validation by patient block" in shares

    other = started(capsys)
    at_work = until(other, lambda job: job.phase.startswith(("features", "cross-validation")))
    assert at_work.pid is not None and not at_work.finished
    os.kill(at_work.pid, signal.SIGKILL)
    lost = until(other, lambda job: job.finished)
    assert lost.state == "failed"
    assert "killed" in lost.reason
    assert not Path(whole.result["bundle"]).with_name(f"small-{other}").exists()

    assert main(["jobs", "resume", other]) == 0
    again = until(other, lambda job: job.finished)
    assert again.state == "succeeded", again.reason
    assert again.result["macro_f1"] == whole.result["macro_f1"]
    assert load(Path(again.result["bundle"])).card.metrics == bundle.card.metrics


def test_cancelled_it_leaves_no_model(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    job = started(capsys, "--out", str(tmp_path / "model"))
    until(job, lambda found: found.state == "running")
    assert main(["jobs", "cancel", job]) == 0
    assert "cancelled" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_what_can_not_be_trained_is_said_before_anything_starts(capsys: pytest.CaptureFixture[str]) -> None:
    before = len(records.listing(settings()))
    assert main(["train", "--dataset", "nothing", "--detach"]) == 1
    assert "There is no data set nothing" in capsys.readouterr().err
    assert main(["train", "--dataset", "small", "--detach", "--set", "model.size=65"]) == 1
    assert "model.size" in capsys.readouterr().err
    assert len(records.listing(settings())) == before
