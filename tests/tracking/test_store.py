import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from core.config.settings import ROOT, Settings
from core.errors import StudioError
from core.tracking import store
from tests.tracking.conftest import in_forks


def test_runs_lie_below_var_unless_the_environment_says_otherwise(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.uri(settings) == f"sqlite:///{settings.var / 'mlflow.db'}"
    assert Path(store.uri(settings).removeprefix("sqlite:///")).is_absolute()
    assert store.artefacts(settings) == f"file://{settings.var / 'mlartifacts'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://me:secret@runs.example.org:5000/path")
    assert store.uri(settings).startswith("https://")
    assert store.artefacts(settings) is None, "a server decides itself"
    assert store.shown(settings) == "https://runs.example.org:5000"


def test_nothing_that_records_or_asks_loads_mlflow() -> None:
    names = ("recorder", "delivery", "courier", "figures", "pictures", "environment")
    script = f"import sys; from core.tracking import {', '.join(names)}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded & {"mlflow", "sqlalchemy", "matplotlib", "tensorflow", "keras", "sklearn"} == set()


def test_two_who_come_first_at_once_make_one_database_and_one_experiment(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], template: Path
) -> None:
    new = Settings(var=tmp_path / "new")
    new.var.mkdir()
    # what a kill in the middle of making one leaves
    (new.var / ".mlflow.db.part").write_bytes(b"half of one")
    (new.var / store.DATABASE).touch()

    def first() -> None:
        client = store.client(new)
        client.create_run(store.experiment(client, "kidney", new))

    assert in_forks([first] * 3) == [0, 0, 0]
    client = store.client(new)
    (found,) = [one for one in client.search_experiments() if one.name == "kidney"]
    assert found.artifact_location == f"file://{new.var / 'mlartifacts' / 'kidney'}"
    assert len(client.search_runs([found.experiment_id])) == 3
    assert capfd.readouterr() == ("", ""), "no word of migrations"


def test_one_that_is_gone_is_not_made_unless_asked(settings: Settings) -> None:
    (settings.var / store.DATABASE).unlink()
    with pytest.raises(store.AwayError) as caught:
        store.client(settings, create=False)
    assert "mlflow.db" in caught.value.sentence
    assert not (settings.var / store.DATABASE).exists()


def test_a_deleted_experiment_is_taken_back(settings: Settings) -> None:
    client = store.client(settings)
    made = store.experiment(client, "kidney", settings)
    client.delete_experiment(made)
    assert store.experiment(client, "kidney", settings) == made
    assert client.get_experiment(made).lifecycle_stage == "active"


def test_a_folder_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    with pytest.raises(StudioError) as caught:
        store.client(Settings(var=tmp_path / "var"))
    assert "KCS_VAR" in caught.value.sentence


def test_what_is_recorded_is_mlflow_s_own_database(settings: Settings) -> None:
    store.client(settings)
    with sqlite3.connect(settings.var / store.DATABASE) as base:
        tables = {name for (name,) in base.execute("select name from sqlite_master")}
    assert {"runs", "metrics", "experiments"} <= tables
