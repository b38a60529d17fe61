"""The pipeline for real: DVC in a fresh clone, without a network, on the synthetic set."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from core.config.settings import ROOT, settings
from core.data import manifest, sets

STAGES = ["ingest", "validate", "split", "features", "train", "evaluate"]
SMALL = {"folds: 5": "folds: 3", "every: 3": "every: 4", "dealings: 5": "dealings: 1"}

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What git has of this checkout, as a new repository, with what is changed in the working tree."""
    if not (settings().shipped_bundle / "bundle.json").is_file():
        pytest.skip("there is no shipped bundle in assets/model to start from: run `make model`")
    folder = tmp_path_factory.mktemp("clone") / "repository"
    listed = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    for name in listed:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    git(folder, "init", "-q")
    commit(folder)
    return folder


def git(folder: Path, *words: str) -> str:
    return run(folder, "git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words)


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")


def run(folder: Path, *words: str) -> str:
    binaries = Path(sys.executable).parent
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("KCS_")},
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
        # nothing may go out: a proxy that isn't there refuses every call
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
    }
    done = subprocess.run(
        words, cwd=folder, env=env, capture_output=True, text=True, timeout=500, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


def ran(said: str) -> list[str]:
    return [name for name in STAGES if f"Running stage '{name}'" in said]


def change(folder: Path, old: str, new: str) -> None:
    text = (folder / "params.yaml").read_text()
    assert old in text
    (folder / "params.yaml").write_text(text.replace(old, new, 1))


@pytest.mark.long
def test_dvc_repeats_it(clone: Path) -> None:
    for old, new in SMALL.items():
        change(clone, old, new)
    assert ran(run(clone, "dvc", "repro")) == STAGES
    rows = manifest.read(clone / "var" / "data" / "synthetic")
    assert {row.label for row in rows} == {"Cyst", "Normal", "Stone", "Tumor"}
    assert {row.split for row in rows} == set("012")

    assert ran(run(clone, "dvc", "repro")) == []
    commit(clone)

    change(clone, "  learning_rate: 0.001", "  learning_rate: 0.05")
    assert ran(run(clone, "dvc", "repro")) == ["train", "evaluate"]
    moved = json.loads(run(clone, "dvc", "metrics", "diff", "--json"))
    assert moved["var/pipeline/train.json"]
    assert "var/pipeline/split.json" not in moved

    change(clone, "  seed: 0\n  dealings", "  seed: 1\n  dealings")
    # training reads the seed too; what comes between depends on what the new split looks like
    assert ran(run(clone, "dvc", "repro", "--dry")) == ["split", "train"]

    shown = run(clone, "dvc", "plots", "show", "--json")
    assert {"confusion", "reliability"} <= json.loads(shown)["data"].keys()
    assert all(name in run(clone, "dvc", "dag") for name in STAGES)

    remote = clone.parent / "remote"
    run(clone, "dvc", "remote", "add", "-d", "here", str(remote))
    run(clone, "dvc", "push", "-q")
    shutil.rmtree(clone / "var")
    shutil.rmtree(clone / ".dvc" / "cache")
    run(clone, "dvc", "pull", "-q")
    assert manifest.read(clone / "var" / "data" / "synthetic") == rows


def test_stages_are_verbs_and_run_without_dvc(
    tmp_path: Path, shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    assert list(stages) == STAGES
    var = tmp_path / "var"
    few = [
        "split.folds=2",
        "split.dealings=1",
        "training.every=6",
        "augmentation.copies=0",
        "training.epochs=5",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "core", "pipeline", *(word for one in few for word in ("--set", one))],
        cwd=ROOT, env={**os.environ, "KCS_VAR": str(var)}, capture_output=True, text=True, timeout=500,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    assert [line[4:] for line in done.stderr.splitlines() if line.startswith("--- ")] == STAGES
    monkeypatch.setenv("KCS_VAR", str(var))
    settings.cache_clear()
    try:
        assert sets.names(settings()) == ["synthetic"]
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    figures = json.loads((var / "pipeline" / "evaluate.json").read_text())
    assert 0 <= figures["macro_f1"] <= 1
    assert (var / "models" / "synthetic" / "bundle.json").is_file()
    assert (var / "pipeline" / "plots" / "confusion.csv").read_text().startswith("truth,answer\n")


def test_a_stage_that_fails_ends_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "core", "pipeline", "--set", "data.source=nowhere.zip"],
        cwd=ROOT, env={**os.environ, "KCS_VAR": str(tmp_path)}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "There is no folder or zip at nowhere.zip" in done.stderr
    assert "The stage ingest failed" in done.stderr
    assert "--- validate" not in done.stderr
