import os
import shutil
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.config.settings import Settings
from core.jobs import records
from core.jobs.job import Job
from core.tracking import courier, delivery, entries, store
from core.tracking.delivery import deliver, deliver_all, pending
from core.tracking.outbox import FOLDER, Outbox
from core.tracking.recorder import Recorder
from tests.tracking.conftest import JOB, Runs, in_a_fork

Make = Callable[..., Recorder]
See = Callable[[], Runs]


def fill(made: Recorder, epochs: int = 3, source: Path | None = None) -> None:
    """A short training."""
    made.parameters({"training.epochs": epochs, "training.seed": 0})
    for number in range(1, epochs + 1):
        made.metrics({"val_loss": 1 / number, "learning_rate": 1e-3}, step=number)
    if source:
        made.artefact(source, "figures")
    with made.child("fold 1") as fold:
        fold.metrics({"val_loss": 0.5}, step=1)
    made.tags({"studio.split": "grouped_test"})
    made.finish("finished")


def check(runs: Runs, epochs: int = 3) -> None:
    """All of it is there, once."""
    found = {one.info.run_name: one for one in runs.all()}
    assert len(runs.all()) == 2, [one.info.run_name for one in runs.all()]
    run, fold = found["a run"], found["fold 1"]
    assert run.info.status == fold.info.status == "FINISHED"
    assert run.data.params == {"training.epochs": str(epochs), "training.seed": "0"}
    wanted = [(number, 1 / number) for number in range(1, epochs + 1)]
    assert runs.history("val_loss", run.info.run_id) == wanted
    assert runs.history("learning_rate", run.info.run_id) == [(step, 1e-3) for step, _ in wanted]
    assert runs.history("val_loss", fold.info.run_id) == [(1, 0.5)]
    assert fold.data.tags["mlflow.parentRunId"] == run.info.run_id
    assert run.data.tags["studio.split"] == "grouped_test"
    assert {run.data.tags[entries.JOB], fold.data.tags[entries.JOB]} == {JOB}


def test_an_outbox_becomes_runs_and_files(
    written: Make, runs: See, settings: Settings, folder: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "confusion.png"
    picture.write_bytes(b"as it was")
    made = written()
    fill(made, source=picture)
    picture.unlink()
    assert not made.delivered and made.run_id is None
    assert deliver(folder, settings)
    check(runs())
    assert made.delivered and made.run_id and made.trouble == ""
    (file,) = (settings.var / store.ARTEFACTS).rglob("confusion.png")
    assert file.read_bytes() == b"as it was"
    assert runs().artefacts(made.run_id, "figures") == ["figures/confusion.png"]
    assert not (folder / FOLDER / "files").exists(), "copies are let go of"


def test_delivered_again_from_the_start_changes_nothing(
    written: Make, runs: See, settings: Settings, folder: Path
) -> None:
    made = written()
    fill(made)
    assert deliver(folder, settings)
    for box in (Outbox(folder / FOLDER), *Outbox(folder / FOLDER).children()):
        (box.place / "delivered.json").unlink()
    assert deliver(folder, settings)
    check(runs())


class Killer:
    """Kills this process at the nth boundary between two steps of a delivery."""

    def __init__(self, at: int) -> None:
        self._left = at

    def wrap(self, owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def step(*arguments: Any, **named: Any) -> Any:
            self._pass()
            result = original(*arguments, **named)
            self._pass()
            return result

        setattr(owner, name, step)

    def _pass(self) -> None:
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1


STEPS = ("create_run", "log_batch", "log_artifact", "set_terminated", "create_experiment")


def killed(at: int, folder: Path, settings: Settings) -> int:
    def do() -> None:
        from mlflow.tracking import MlflowClient

        killer = Killer(at)
        for name in STEPS:
            killer.wrap(MlflowClient, name)
        killer.wrap(Outbox, "note")
        deliver(folder, settings)

    return in_a_fork(do)


def test_killed_between_any_two_steps_it_goes_on_where_it_was(
    written: Make, settings: Settings, folder: Path, template: Path, tmp_path: Path
) -> None:
    source = tmp_path / "roc.json"
    source.write_text("{}")
    fill(written(), source=source)
    whole = shutil.copytree(folder, tmp_path / "whole")
    ends = []
    for at in range(100):
        shutil.rmtree(folder)
        shutil.copytree(whole, folder)
        shutil.copy(template, settings.var / store.DATABASE)
        ends.append(killed(at, folder, settings))
        if ends[-1] == 0:
            break
        assert deliver(folder, settings), f"{at}: {Outbox(folder / FOLDER).delivered.trouble}"
        check(Runs(settings))
    assert ends[-1] == 0 and set(ends[:-1]) == {-signal.SIGKILL}
    assert len(ends) > 30, "experiment, two runs, parameters, metrics, files, ends, and notes of all"


def test_a_lock_of_seconds_only_delays_it(written: Make, runs: See, settings: Settings, folder: Path) -> None:
    fill(written())
    other = sqlite3.connect(settings.var / store.DATABASE, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    free = threading.Timer(3.0, other.rollback)
    free.start()
    start = time.monotonic()
    while not deliver(folder, settings):
        assert "locked" in Outbox(folder / FOLDER).delivered.trouble
        assert time.monotonic() - start < 60
    assert time.monotonic() - start >= 2.5, "it was locked indeed"
    free.join()
    other.close()
    assert Outbox(folder / FOLDER).delivered.trouble == ""
    check(runs())


def test_a_database_that_is_moved_away_is_waited_for(
    written: Make, runs: See, settings: Settings, folder: Path
) -> None:
    made = written()
    made.metrics({"val_loss": 1.0}, step=1)
    box = Outbox(folder / FOLDER)
    post = delivery.Delivery(box, settings)
    assert post.attempt()
    path = settings.var / store.DATABASE
    path.rename(path.with_name("elsewhere.db"))
    made.metrics({"val_loss": 0.5}, step=2)
    assert not post.attempt()
    assert "mlflow.db" in made.trouble and "not there" in made.trouble
    assert not path.exists(), "no new one hides that the old one is gone"
    path.with_name("elsewhere.db").rename(path)
    assert post.attempt() and made.trouble == ""
    assert runs().history("val_loss") == [(1, 1.0), (2, 0.5)]


def test_a_new_database_in_the_place_of_a_lost_one_gets_all_of_it(
    written: Make, runs: See, settings: Settings, folder: Path, template: Path
) -> None:
    made = written()
    made.metrics({"val_loss": 1.0}, step=1)
    box = Outbox(folder / FOLDER)
    post = delivery.Delivery(box, settings)
    assert post.attempt()
    old = made.run_id
    shutil.copy(settings.var / store.DATABASE, settings.var / "old.db")
    shutil.copy(template, settings.var / store.DATABASE)
    made.metrics({"val_loss": 0.5}, step=2)
    assert post.attempt(), made.trouble
    assert runs().history("val_loss") == [(1, 1.0), (2, 0.5)]
    assert made.run_id != old
    # and the old one back: its run is found again, nothing is doubled
    shutil.copy(settings.var / "old.db", settings.var / store.DATABASE)
    made.metrics({"val_loss": 0.25}, step=3)
    assert post.attempt() and made.run_id == old
    assert runs().history("val_loss") == [(1, 1.0), (2, 0.5), (3, 0.25)]


def test_what_mlflow_refuses_is_said_and_the_rest_arrives(
    written: Make, runs: See, settings: Settings, folder: Path
) -> None:
    made = written()
    made.parameters({"training.seed": 0, "training.epochs": 3})
    assert not deliver(folder, settings)
    made.parameters({"training.seed": 1, "model.size": 320})
    box = Outbox(folder / FOLDER)
    with (box.place / "entries.jsonl").open("ab") as stream:
        stream.write(b'{"kind": "metr\xff\n')
    made.finish("finished")
    assert deliver(folder, settings)
    run = runs().one()
    assert run.data.params == {"training.seed": "0", "training.epochs": "3", "model.size": "320"}
    assert run.info.status == "FINISHED"
    assert "training.seed" in made.trouble and "damaged line" in made.trouble


def test_a_run_that_a_person_deleted_stays_deleted(
    written: Make, runs: See, settings: Settings, folder: Path
) -> None:
    made = written()
    made.metrics({"val_loss": 1.0}, step=1)
    deliver(folder, settings)
    runs().client.delete_run(made.run_id)
    made.metrics({"val_loss": 0.5}, step=2)
    made.finish("finished")
    assert deliver(folder, settings), "nothing is left to be tried"
    assert runs().all() == [] and "deleted" in made.trouble


def test_a_job_that_recorded_nothing_has_nothing_to_deliver(settings: Settings, folder: Path) -> None:
    assert deliver(folder, settings)
    keep(folder, state="succeeded", created=1e9, ended=1e9)
    assert pending(settings) == [] and courier.send(settings) is None


def test_two_who_deliver_don_t_do_it_at_once(written: Make, settings: Settings, folder: Path) -> None:
    fill(written())
    with Outbox(folder / FOLDER).held() as alone:
        assert alone
        assert not deliver(folder, settings)
    assert deliver(folder, settings)


def keep(folder: Path, **fields: Any) -> None:
    (folder / records.FILE).write_text(Job(id=folder.name, worker="x", **fields).model_dump_json())


def test_what_jobs_left_is_delivered_once_they_are_over(
    written: Make, runs: See, settings: Settings, folder: Path
) -> None:
    made = written()
    made.metrics({"val_loss": 1.0}, step=1)
    fold = made.child("fold 1")
    fold.metrics({"val_loss": 2.0}, step=1)
    keep(folder, state="queued", created=time.time(), pulse=time.monotonic())
    assert pending(settings) == [], "it may go on"
    keep(
        folder,
        state="failed",
        created=1e9,
        ended=1e9 + 60,
        facts={"epoch": 1, "warning": "It can't be reached."},
    )
    assert pending(settings) == [folder]
    assert deliver_all(settings) == 0
    told = records.stored(folder)
    assert told.facts == {"epoch": 1, "run_id": made.run_id, "warning": ""} and made.run_id
    assert (told.state, told.result) == ("failed", {})
    assert pending(settings) == []
    found = {one.info.run_name: one.info for one in runs().all()}
    assert {one.status for one in found.values()} == {"FAILED"}
    assert found["a run"].end_time == (10**9 + 60) * 1000
    assert deliver_all(settings) == 0


def test_a_cancelled_job_s_run_is_killed_and_goes_on_when_it_does(
    written: Make, recorder: Make, runs: See, settings: Settings, folder: Path
) -> None:
    written().metrics({"val_loss": 1.0}, step=1)
    keep(folder, state="cancelled", created=1e9, ended=1e9)
    assert deliver_all(settings) == 0
    assert runs().one().info.status == "KILLED"
    again = written()
    again.metrics({"val_loss": 0.5}, step=2)
    deliver(folder, settings)
    assert runs().one().info.status == "RUNNING"
    again.finish("finished")
    assert deliver(folder, settings)
    assert runs().one().info.status == "FINISHED"
    assert runs().history("val_loss") == [(1, 1.0), (2, 0.5)]


def test_a_server_that_is_not_there_is_said_soon_and_delivered_to_later(
    written: Make, runs: See, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = written()
    fill(made)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://someone:secret@127.0.0.1:9")
    start = time.monotonic()
    assert not deliver(folder, settings)
    assert time.monotonic() - start < 20
    assert "http://127.0.0.1:9 can't be reached" in made.trouble
    assert "secret" not in made.trouble
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    keep(folder, state="succeeded", created=1e9, ended=1e9)
    process = courier.send(settings)
    assert process is not None and process.wait(120) == 0
    assert (settings.var / courier.LOG).read_text() == "", "and without a word"
    check(runs())
