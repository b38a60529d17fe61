"""The same answers from a real MLflow server and a real PostgreSQL as from a file."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest

from core.config.settings import Settings
from core.errors import InputError
from core.tracking import store
from core.tracking.recorder import Recorder
from core.tracking.runs import bulk
from core.tracking.runs.query import Clause, written
from core.tracking.runs.reader import Reader
from core.tracking.runs.values import Query
from core.tracking.store import AwayError
from tests.support import postgres, runs
from tests.tracking.conftest import JOB

pytestmark = pytest.mark.long


@contextmanager
def mlflow_server(place: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    stores = ["--backend-store-uri", f"sqlite:///{place / 'server.db'}"]
    files = ["--artifacts-destination", str(place / "files")]
    command = [sys.executable, "-m", "mlflow", "server", *where, *stores, *files]
    environment = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "PYTHONWARNINGS": "ignore"}
    with (place / "log.txt").open("wb") as log:
        server = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=place, env=environment, start_new_session=True
        )
    try:
        address = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 180
        while time.monotonic() < until and server.poll() is None:
            with suppress(OSError, urllib.error.URLError):
                urllib.request.urlopen(f"{address}/health", timeout=5).close()
                break
            time.sleep(0.2)
        yield address
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, 15)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, 9)


@pytest.fixture(scope="module")
def mlflow_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with mlflow_server(tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture(scope="module")
def postgres_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("psycopg", reason="psycopg isn't installed: PostgreSQL can't be asked")
    with postgres.serving(tmp_path_factory.mktemp("postgres") / "server", _programs()) as found:
        yield found


def _programs() -> Path:
    found = postgres.binaries()
    if found is None:
        pytest.skip("PostgreSQL isn't installed (apt-get install postgresql)")
    return found


@pytest.fixture(params=["mlflow_address", "postgres_address"])
def address(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    found = str(request.getfixturevalue(request.param))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", found)
    return found


@pytest.fixture
def here(address: str, tmp_path: Path) -> Settings:
    assert address
    var = tmp_path / "var"
    var.mkdir()
    return Settings(var=var)


def test_a_training_is_delivered_and_read_back(here: Settings, tmp_path: Path) -> None:
    folder = here.var / "jobs" / JOB
    folder.mkdir(parents=True)
    file = tmp_path / "confusion matrix.png"
    file.write_bytes(b"\x89PNG")
    with Recorder(folder, here, experiment="delivered", name="a <b>run</b>", job=JOB) as recorder:
        recorder.parameters({"training.epochs": 3, "long": "x" * 7000})
        for epoch in range(3):
            recorder.metrics({"val_loss": 1 / (1 + epoch), "broken": float("nan")}, step=epoch)
        recorder.artefact(file, "figures")
        with recorder.child("fold 1") as fold:
            fold.metrics({"val_loss": 0.5}, step=1)
        recorder.finish("finished")
        assert recorder.close(60), recorder.trouble
    reader = Reader(here)
    (run,) = reader.runs(Query(("delivered",)))
    assert (run.name, run.state, run.job) == ("a <b>run</b>", "finished", JOB)
    found = reader.histories([run], ["val_loss", "broken"])
    assert list(found[run.id, "val_loss"].values) == pytest.approx([1, 1 / 2, 1 / 3])
    assert np.isnan(found[run.id, "broken"].values).all()
    assert [one.name for one in reader.parts(run.id)] == ["fold 1"]
    assert [one.path for one in reader.artefacts(run.id, "figures")] == ["figures/confusion matrix.png"]
    assert reader.content(run.id, "figures/confusion matrix.png") == b"\x89PNG"
    with pytest.raises(InputError):
        reader.content(run.id, "figures/other.png")
    with pytest.raises(InputError):
        reader.content(run.id, "figures/confusion matrix.png", 3)
    with suppress(InputError):
        # PostgreSQL has no room for it, and says so
        reader.rename(run.id, "x" * 500)
    reader.rename(run.id, "called otherwise")
    reader.tag(run.id, "mine", "yes")
    reader.note(run.id, "a note")
    now = reader.run(run.short)
    assert (now.name, now.tags["mine"], now.note) == ("called otherwise", "yes", "a note")
    reader.archive(run.id)
    assert reader.runs(Query(("delivered",), parts=True)) == []
    reader.restore(run.id)
    assert len(reader.runs(Query(("delivered",), parts=True))) == 2
    with pytest.raises(InputError):
        reader.run("0" * 32)


def test_lists_filters_and_histories(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"many {time.time()}"
    ids = runs.make(here, 8, points=4, experiment=name)
    odd = runs.odd(here, f"odd {name}")
    reader = Reader(here)
    found = reader.runs(Query((name,)))
    assert [one.id for one in found] == ids[::-1]
    page = reader.page(Query((name,)), size=3)
    assert [one.id for one in reader.page(Query((name,)), page.next, 3).runs] == ids[::-1][3:6]
    clauses = [
        Clause("parameter", "model.backbone", "contains", "RESNET"),
        Clause("tag", "studio.leaks", "=", "false"),
    ]
    assert {one.id for one in reader.runs(Query((name,), filter=written(clauses)))} == {ids[2], ids[5]}
    assert [one.id for one in reader.runs(Query((name,), text="UN 003"))] == [ids[3]]
    live = reader.runs(Query((f"odd {name}",), states=("running",)))
    assert [one.id for one in live] == [odd["running"]]
    with pytest.raises(InputError) as caught:
        reader.page(Query((name,), filter="metrics.x >"))
    assert caught.value.code == "filter"
    both = reader.several([ids[3][:8], "zzzz", odd["deleted"]])
    assert [one.id for one in both] == [ids[3], odd["deleted"]]
    histories = reader.histories(found, runs.METRICS)
    assert len(histories) == 48
    several = reader.runs(Query((f"odd {name}",), parts=True))
    metrics = sorted({metric for run in several for metric in run.metrics})
    quick = reader.histories(several, metrics)
    # the way of servers that don't give several histories at once
    monkeypatch.setattr(bulk, "_ENDPOINT", "/ajax-api/2.0/mlflow/metrics/none-such")
    other = Reader(here)
    slow = other.histories(several, metrics)
    assert quick.keys() == slow.keys() and len(quick) > 8
    for pair, history in quick.items():
        np.testing.assert_array_equal(history.values, slow[pair].values)
    assert reader.summaries(found, "train_loss") == {
        run: one.summary() for (run, metric), one in histories.items() if metric == "train_loss"
    }


def test_more_values_than_an_answer_holds(
    mlflow_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow_address)
    here = Settings(var=tmp_path)
    name = f"cut {time.time()}"
    ids = runs.make(here, 7, ["loss"], 10, experiment=name)
    for limit in (10, 11, 25, 69, 70, 71, 9, 1):
        monkeypatch.setattr(bulk, "_VALUES_A_REQUEST", limit)
        reader = Reader(here)
        found = reader.histories(reader.several(ids), ["loss"])
        assert [len(one.values) for one in found.values()] == [10] * 7, limit


def test_a_server_that_ended_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = Settings(var=tmp_path / "var")
    here.var.mkdir()
    with postgres.serving(tmp_path / "server", _programs()) as found:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", found)
        reader = Reader(here)
        store.client(here)
        assert reader.page(Query()).runs == []
    for one in (reader, Reader(here)):
        began = time.monotonic()
        with pytest.raises(AwayError) as caught:
            one.page(Query())
        assert time.monotonic() - began < 16
        assert caught.value.code == "tracking-away" and "can't be reached" in caught.value.sentence
