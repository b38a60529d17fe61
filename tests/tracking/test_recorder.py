import json
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from core.config.settings import ROOT, Settings
from core.tracking import entries, store
from core.tracking.delivery import deliver
from core.tracking.outbox import FOLDER, Outbox
from core.tracking.recorder import Recorder
from tests.tracking.conftest import JOB, Runs
from tests.tracking.test_outbox import no_room

Make = Callable[..., Recorder]
See = Callable[[], Runs]
NONSENSE = {"nan": float("nan"), "inf": float("inf"), "words": "a lot", "none": None}

KILLED = """
import os, signal, sys
from pathlib import Path
from core.config.settings import settings
from core.tracking.recorder import Recorder
folder = Path(sys.argv[1])
with Recorder(folder, settings(), experiment="kidney", name="a run", job=folder.name) as recorder:
    for number in (1, 2, 3):
        recorder.metrics({"val_loss": 1 / number}, step=number)
    fold = recorder.child("fold 1")
    fold.metrics({"val_loss": 0.5}, step=1)
    recorder.child("trial 7").metrics({"val_loss": 0.7}, step=1)
    print("mlflow" in sys.modules, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def opened(made: Recorder) -> list[str]:
    """Files that the courier has open; it is at the database then, waiting for the lock."""
    process = made._courier._process
    assert process is not None
    found = []
    for link in Path(f"/proc/{process.pid}/fd").iterdir():
        with suppress(OSError):
            found.append(str(link.readlink()))
    return found


def wait_for(true: Callable[[], bool], seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def couriers(folder: Path) -> list[str]:
    """Processes that deliver this job's outbox."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = path.read_bytes().decode(errors="replace")
            found += [words] if "core.tracking.courier" in words and str(folder) in words else []
    return found


def test_no_call_waits_while_the_database_is_locked_or_gone_and_all_of_it_arrives(
    recorder: Make, runs: See, settings: Settings, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    database = settings.var / store.DATABASE
    other = sqlite3.connect(database)
    other.execute("BEGIN EXCLUSIVE")
    took: list[float] = []

    def train(first: int, last: int) -> None:
        for number in range(first, last):
            start = time.perf_counter()
            made.metrics({"val_loss": 1 / number, "train_loss": 2 / number}, step=number)
            took.append(1000 * (time.perf_counter() - start))
            time.sleep(0.01)

    with recorder() as made:
        train(1, 100)
        wait_for(lambda: str(database) in opened(made))
        train(100, 200)
        assert not made.delivered and made.run_id is None
        other.rollback()
        other.close()
        wait_for(lambda: made.delivered)
        database.rename(settings.var / "elsewhere.db")
        train(200, 250)
        wait_for(lambda: "not there" in made.trouble)
        (settings.var / "elsewhere.db").rename(database)
        train(250, 301)
    # the slowest tenth may have had to wait for a processor
    assert statistics.median(took) < 1 and statistics.quantiles(took, n=10)[-1] < 5, sorted(took)[-30:]
    assert made.delivered and made.trouble == ""
    assert runs().history("val_loss") == [(number, 1 / number) for number in range(1, 301)]
    assert runs().history("train_loss") == [(number, 2 / number) for number in range(1, 301)]
    assert runs().one().info.status == "FINISHED"
    assert capfd.readouterr() == ("", ""), "MLflow says nothing on the training's own screen"
    assert couriers(folder) == []


def test_a_server_that_is_not_there_costs_the_time_allowed_and_no_more(
    recorder: Make, runs: See, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    made = recorder()
    made.__enter__()
    start = time.perf_counter()
    for number in range(1, 101):
        made.metrics({"val_loss": 1 / number}, step=number)
    made.finish("finished")
    assert time.perf_counter() - start < 0.5
    start = time.perf_counter()
    assert not made.close(1.0)
    assert 0.9 < time.perf_counter() - start < 3.0
    start = time.perf_counter()
    assert not made.close(60)
    assert time.perf_counter() - start < 1, "a second close waits no more"
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert deliver(folder, settings)
    assert runs().history("val_loss") == [(number, 1 / number) for number in range(1, 101)]


def test_a_killed_training_goes_on_in_its_run_and_says_nothing_twice(
    recorder: Make, runs: See, settings: Settings, folder: Path
) -> None:
    env = os.environ | {"KCS_VAR": str(settings.var)}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder)],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert done.stdout == "False\n", "the training itself never loads MLflow"
    entries_file = folder / FOLDER / "entries.jsonl"
    with entries_file.open("ab") as stream:
        stream.write(b'{"kind": "metrics", "step": 4, "at": 17')
    with recorder() as made:
        # from the checkpoint of epoch 2: the third comes again, a little different
        for number in (3, 4):
            made.metrics({"val_loss": 1 / number + 1e-4 * (number == 3)}, step=number)
        with made.child("fold 1") as fold:
            fold.metrics({"val_loss": 0.6}, step=1)
            fold.metrics({"val_loss": 0.4}, step=2)
    assert made.close(0) or deliver(folder, settings)
    wait_for(lambda: not couriers(folder))
    found = {one.info.run_name: one for one in runs().all()}
    assert sorted(one.info.run_name for one in runs().all()) == ["a run", "fold 1", "trial 7"]
    assert runs().history("val_loss", found["a run"].info.run_id) == [
        (1, 1.0),
        (2, 0.5),
        (3, 1 / 3),
        (4, 0.25),
    ]
    assert runs().history("val_loss", found["fold 1"].info.run_id) == [(1, 0.5), (2, 0.4)]
    assert found.pop("trial 7").info.status == "KILLED", "it didn't come again"
    assert {one.info.status for one in found.values()} == {"FINISHED"}


def test_what_is_no_number_is_not_a_number_and_nothing_raises(
    written: Make, runs: See, settings: Settings, folder: Path
) -> None:
    made = written(tags={"studio.dataset": "kidney"})
    made.metrics({**NONSENSE, "fine": 1}, step=1)  # type: ignore[arg-type]
    made.metrics({"a metric (of %)": 1.0}, step=1)
    made.artefact(folder / "there-is-none.png")
    assert "there-is-none.png" in made.trouble
    made.document("odd.json", {"a": object()})
    made.parameters({"long": "x" * 7000, "training": {"seed": 0, "variants": ("moved", "contrast")}})
    assert "JSON" in made.trouble and not made.delivered
    made.document("environment.json", {"python": "3.11"})
    made.finish("failed")
    made.finish("finished")
    assert deliver(folder, settings)
    run = runs().one()
    for name in NONSENSE:
        ((step, value),) = runs().history(name)
        assert step == 1 and value != value
    assert run.data.metrics["fine"] == 1.0
    assert run.data.metrics["a metric _of __"] == 1.0
    assert run.info.status == "FAILED", "the first end counts"
    assert run.data.params["training.seed"] == "0"
    assert run.data.params["training.variants"] == "moved, contrast"
    assert len(run.data.params["long"]) == 6000 and run.data.params["long"].endswith("…")
    assert run.data.tags[entries.CUT] == "long", "and it is said that it was cut"
    assert run.data.tags["studio.dataset"] == "kidney"
    assert runs().artefacts(run.info.run_id) == ["environment.json"]


@pytest.mark.parametrize(
    ("error", "state"), [(None, "finished"), (ValueError("x"), "failed"), (KeyboardInterrupt(), "killed")]
)
def test_leaving_the_block_ends_the_run_as_it_was_left(
    settings: Settings, folder: Path, error: BaseException | None, state: str
) -> None:
    made = Recorder(folder, settings, experiment="kidney", name="a run", job=JOB)
    made._begin()
    made.__exit__(type(error) if error else None, error, None)
    last = list(Outbox(folder / FOLDER).lines())[-1].entry
    assert (last["kind"], last["state"]) == ("finish", state)


def test_a_full_disk_is_said_until_it_is_over_and_nothing_is_lost(
    written: Make, runs: See, settings: Settings, folder: Path
) -> None:
    made = written()
    with no_room(made._box.length + 5):
        for number in (1, 2):
            made.metrics({"val_loss": 1 / number}, step=number)
        assert "memory" in made.trouble and not made.delivered
    made.metrics({"val_loss": 0.25}, step=4)
    assert made.trouble == ""
    deliver(folder, settings)
    assert runs().history("val_loss") == [(1, 1.0), (2, 0.5), (4, 0.25)]


def test_times_are_kept_even_where_the_clock_goes_backwards(
    written: Make, runs: See, settings: Settings, folder: Path
) -> None:
    made = written()
    for number, at in enumerate((2e9, 1e9, 1.5e9), start=1):
        made.metrics({"val_loss": 1 / number}, step=number, at=at)
    deliver(folder, settings)
    # MLflow sorts by time: whoever reads it sorts by step
    found = sorted(runs().client.get_metric_history(made.run_id, "val_loss"), key=lambda one: one.step)
    assert [(one.step, one.timestamp) for one in found] == [(1, 2 * 10**12), (2, 10**12), (3, 15 * 10**11)]
    made.finish("finished")
    assert json.loads((folder / FOLDER / "entries.jsonl").read_text().splitlines()[-1])["kind"] == "finish"
