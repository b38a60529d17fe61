"""Training in the background, with real workers: started, killed, resumed, cancelled."""

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.__main__ import main
from core.config.settings import settings
from core.data import manifest, pictures, sets
from core.data.ingest import ingest
from core.evaluation import answers
from core.evaluation.answers import Answers
from core.inference.predictor import Predictor
from core.jobs import records
from core.jobs.job import Job
from core.models import neighbours
from core.models.bundle import REFERENCE, load
from core.models.reference import Reference, was_seen
from core.tracking import store
from core.training import history
from tests.support.sets import write_set

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow, pytest.mark.timeout(600)]
SMALL = [
    "model.size=64", "training.every=1", "training.epochs=300", "training.patience=0", "training.batch=8",
    "augmentation.copies=1", "declining.dimensions=8",
]  # fmt: skip
TUNED = ["training.unfreeze=top", "training.epochs=6", "training.head_epochs=2", "training.tuning_rate=0.001"]


@pytest.fixture(scope="module", autouse=True)
def data(tmp_path_factory: pytest.TempPathFactory, shipped: Path) -> Iterator[Path]:
    """A set "small" in a var of its own."""
    patch = pytest.MonkeyPatch()
    patch.setenv("KCS_VAR", str(tmp_path_factory.mktemp("worker") / "var"))
    settings.cache_clear()
    raw = write_set(tmp_path_factory.mktemp("raw"), patients=5, slices=3)
    yield ingest(raw, "small", settings())
    patch.undo()
    settings.cache_clear()


def started(
    capsys: pytest.CaptureFixture[str], *changes: str, name: str = "small", more: tuple[str, ...] = ()
) -> str:
    capsys.readouterr()
    words = [word for one in (*SMALL, *changes) for word in ("--set", one)]
    assert main(["train", "--dataset", name, *words, "--detach", "--json", *more]) == 0
    return str(json.loads(capsys.readouterr().out)["id"])


def until(job: str, reached: Callable[[Job], bool], seconds: float = 240) -> Job:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = records.read(job, settings())
        if reached(found) or found.finished:
            return found
        time.sleep(0.02)
    raise AssertionError(found)


def ended(job: str) -> Job:
    found = until(job, lambda one: one.finished)
    assert found.state == "succeeded", found.reason + records.log(job, settings())[-2000:]
    return found


def measured(job: Job) -> dict[str, Any]:
    return load(Path(job.result["bundle"])).card.metrics


def answered(job: Job) -> dict[str, Answers]:
    """What its models said of held-out slices, as it lies beside the scores."""
    text = (records.folder(job.id, settings()) / answers.FILE).read_text(encoding="utf-8")
    return answers.parse(text)


def epochs(job: Job, branch: str = "") -> list[history.Epoch]:
    return history.read(records.events(job.id, settings()))[branch]


@pytest.fixture(scope="module")
def whole(data: Path) -> Job:
    """A training that nothing broke."""
    from core.config import params
    from core.training import runner

    job = runner.start("small", params.load(changes=SMALL), settings(), title="unbroken")
    return ended(job.id)


def test_a_training_says_what_it_does_and_what_came_out(whole: Job) -> None:
    bundle = load(Path(whole.result["bundle"]))
    assert bundle.ref.version == whole.id
    assert whole.result["run_id"] and whole.facts["epochs"] == 300
    assert [one.number for one in epochs(whole)] == list(range(1, 301))
    first, last = epochs(whole)[0].metrics, epochs(whole)[-1].metrics
    assert last["train_loss"] < first["train_loss"]
    scores = json.loads(Path(whole.result["scores"]).read_text())
    assert scores["metrics"] == bundle.card.metrics
    assert scores["metrics"]["grouped_test"]["macro_f1"] == whole.result["macro_f1"]
    assert not scores["metrics"]["grouped_test"]["leaks"]
    held_out = set(bundle.card.data["held_out"])
    fared = scores["curves"]["grouped_test"]["groups"]
    assert {one["group"] for one in fared} == held_out
    assert sum(one["slices"] for one in fared) == scores["metrics"]["grouped_test"]["slices"]
    assert set(scores["curves"]["grouped_test"]["roc"]) == {"Cyst", "Normal"}


def test_a_training_s_bundle_says_which_slices_its_neighbours_are(whole: Job) -> None:
    bundle = load(Path(whole.result["bundle"]))
    named = neighbours.read(bundle, len(Reference.load(bundle.path / REFERENCE).neighbours))
    assert named is not None
    rows = {row.sha256: row for row in manifest.read(sets.folder("small", settings()))}
    for one in named:
        row = rows[one.slice]
        assert (one.label, one.series, one.group) == (row.label, row.series, row.group)
        assert row.group not in bundle.card.data["held_out"]
    assert was_seen(bundle.path / REFERENCE, [one.slice for one in named]).all()
    reference, predictor = Reference.load(bundle.path / REFERENCE), Predictor(bundle, threads=1)
    for at in (0, len(named) // 2, -1):
        picture = sets.folder("small", settings()) / rows[named[at].slice].path
        own = reference.directions(predictor.features(pictures.scan(picture, settings().limits))[None])
        np.testing.assert_allclose(own[0], reference.neighbours[at], atol=5e-3)
    logged = store.client(settings()).list_artifacts(whole.result["run_id"], "bundle")
    assert f"bundle/{neighbours.FILE}" in {one.path for one in logged}


def test_a_training_keeps_what_it_answered_slice_by_slice(whole: Job) -> None:
    (split, found), metrics = *answered(whole).items(), measured(whole)["grouped_test"]
    assert split == "grouped_test" and len(found) == metrics["slices"]
    assert set(found.groups) == set(load(Path(whole.result["bundle"])).card.data["held_out"])
    assert set(found.slices) <= {row.sha256 for row in manifest.read(sets.folder("small", settings()))}
    assert (found.given == found.truth).mean() == pytest.approx(metrics["accuracy"]["value"], abs=1e-4)
    logged = store.client(settings()).list_artifacts(whole.result["run_id"])
    assert {"scores.json", "answers.csv", "environment.json"} <= {one.path for one in logged}


@pytest.mark.parametrize(
    "phase",
    [
        pytest.param("loading the network", marks=pytest.mark.long),
        pytest.param("features", marks=pytest.mark.long),
        "head",
        pytest.param("measuring", marks=pytest.mark.long),
        pytest.param("writing the bundle", marks=pytest.mark.long),
    ],
)
def test_killed_and_resumed_it_ends_as_if_nothing_had_been(
    phase: str, whole: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    # another seed of the copies' draws would do, but the features of `whole` are kept: they go first
    shutil.rmtree(settings().var / "features", ignore_errors=True)
    job = started(capsys)
    at_work = until(job, lambda one: one.phase.startswith(phase))
    assert at_work.pid is not None and not at_work.finished
    os.kill(at_work.pid, signal.SIGKILL)
    lost = until(job, lambda one: one.finished)
    assert lost.state == "failed" and "killed" in lost.reason
    done = len(history.read(records.events(job, settings())).get("", []))
    assert not list((settings().var / "models").glob(f"*{job}/bundle.json"))

    assert main(["jobs", "resume", job]) == 0
    again = ended(job)
    assert [one.number for one in epochs(again)] == list(range(1, 301))
    assert done < 300 or phase not in ("head", "features")
    assert epochs(again)[-1].metrics["val_loss"] == pytest.approx(
        epochs(whole)[-1].metrics["val_loss"], abs=1e-3
    )
    assert measured(again) == measured(whole)
    (now,), (then,) = answered(again).values(), answered(whole).values()
    assert (now.slices == then.slices).all() and (now.truth == then.truth).all()
    np.testing.assert_allclose(now.probabilities, then.probabilities, atol=1e-4)
    assert [path.name for path in (settings().var / "models").glob(f".*{job}*")] == []


@pytest.mark.long
def test_tuning_killed_and_resumed_ends_close_to_an_unbroken_one(capsys: pytest.CaptureFixture[str]) -> None:
    unbroken = ended(started(capsys, *TUNED))
    job = started(capsys, *TUNED)
    at_work = until(job, lambda one: one.facts.get("epoch", 0) >= 4)
    assert at_work.pid is not None and not at_work.finished
    os.kill(at_work.pid, signal.SIGKILL)
    assert until(job, lambda one: one.finished).state == "failed"
    assert main(["jobs", "resume", job]) == 0
    again = ended(job)
    assert [one.stage for one in epochs(again)] == ["head"] * 2 + ["tuning"] * 4
    for one, other in zip(epochs(again), epochs(unbroken), strict=True):
        assert one.metrics["val_loss"] == pytest.approx(other.metrics["val_loss"], abs=1e-2)
    assert measured(again)["grouped_test"]["brier"] == pytest.approx(
        measured(unbroken)["grouped_test"]["brier"], abs=1e-2
    )


@pytest.mark.long
def test_every_fold_and_the_random_split_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    few = ("training.k_fold=true", "training.random_too=true", "training.epochs=20")
    job = ended(started(capsys, *few))
    metrics = measured(job)
    folds = len(metrics["grouped_cv"]["by_fold"])
    assert folds == metrics["grouped_cv"]["folds"] == 5
    assert metrics["grouped_cv"]["slices"] == 30
    assert (metrics["grouped_cv"]["leaks"], metrics["random_test"]["leaks"]) == (False, True)
    branches = history.read(records.events(job.id, settings()))
    assert list(branches) == [*(f"fold {number}" for number in range(1, 6)), "random split"]
    assert job.result["macro_f1"] == metrics["grouped_cv"]["macro_f1"]
    found = answered(job)
    assert list(found) == ["grouped_cv", "grouped_test", "random_test"]
    every, first = found["grouped_cv"], found["grouped_test"]
    assert len(set(every.slices)) == len(every) == 30
    assert set(first.slices) < set(every.slices) and len(first) == metrics["grouped_test"]["slices"]
    assert len(found["random_test"]) == metrics["random_test"]["slices"]


@pytest.mark.long
def test_a_search_killed_goes_on_with_the_trials_it_has(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    space = {"training.learning_rate": {"low": 1e-4, "high": 1e-1, "log": True}}
    file = tmp_path / "search.yaml"
    file.write_text(json.dumps({"trials": 4, "space": space}))
    job = started(capsys, "training.epochs=60", more=("--search", str(file)))
    at_work = until(job, lambda one: one.facts.get("trial", 0) >= 3)
    assert at_work.pid is not None and not at_work.finished
    os.kill(at_work.pid, signal.SIGKILL)
    assert until(job, lambda one: one.finished).state == "failed"
    assert main(["jobs", "resume", job]) == 0
    done = ended(job)
    trials = [one for one in records.events(job, settings()) if "trial" in one]
    assert len([one for one in trials if one["state"] in ("done", "pruned")]) == 4
    best = max((one for one in trials if one["state"] == "done"), key=lambda one: one["value"])
    assert done.result["best"]["value"] == best["value"]
    kept = load(Path(done.result["bundle"])).card.data["params"]["training"]
    assert kept["learning_rate"] == best["params"]["training.learning_rate"]


@pytest.mark.parametrize("phase", ["head", pytest.param("writing the bundle", marks=pytest.mark.long)])
def test_cancelled_it_leaves_no_model(
    phase: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    whole: Job,
) -> None:
    job = started(capsys, more=("--out", str(tmp_path / "model")))
    until(job, lambda found: found.phase.startswith(phase))
    assert main(["jobs", "cancel", job]) == 0
    assert "cancelled" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.long
def test_a_data_set_removed_in_mid_run_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ingest(write_set(tmp_path / "raw", patients=5, slices=12), "going", settings())
    job = started(capsys, name="going")
    until(job, lambda found: found.phase.startswith("loading"))
    sets.remove("going", settings())
    found = until(job, lambda one: one.finished)
    assert found.state == "failed"
    assert "going" in found.reason and "error" not in found.reason


@pytest.mark.long
def test_a_regression_is_a_job_like_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    few = (
        "training.fit=regression",
        "training.variants=[contrast]",
        "training.dimensions=8",
        "split.dealings=1",
    )
    job = ended(started(capsys, *few))
    metrics = measured(job)
    assert metrics["grouped_cv"]["slices"] == 30 and metrics["random_cv"]["leaks"]
    assert [len(one) for one in answered(job).values()] == [30, 30]
    curves = json.loads(Path(job.result["scores"]).read_text())["curves"]
    assert set(curves) == {"grouped_cv", "random_cv"} and curves["grouped_cv"]["roc"]["Cyst"]


def test_what_can_not_be_trained_is_said_before_anything_starts(capsys: pytest.CaptureFixture[str]) -> None:
    before = len(records.listing(settings()))
    assert main(["train", "--dataset", "nothing", "--detach"]) == 1
    assert "There is no data set nothing" in capsys.readouterr().err
    assert main(["train", "--dataset", "small", "--detach", "--set", "model.size=65"]) == 1
    assert "model.size" in capsys.readouterr().err
    assert main(["train", "--dataset", "nothing", "--set", "model.backbone=resnet"]) == 1
    said = capsys.readouterr().err
    assert "There is no data set nothing" in said and 'There is no backbone "resnet"' in said
    assert len(records.listing(settings())) == before
