"""The verbs about data sets, as a script would use them."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.__main__ import main
from core.config.settings import settings
from tests.support.corrections import correction, zipped
from tests.support.sets import picture, write_set


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place of its own for what the verbs write."""
    monkeypatch.setenv("KCS_VAR", str(tmp_path / "var"))
    settings.cache_clear()
    yield tmp_path / "var"
    settings.cache_clear()


@pytest.fixture
def ingested(var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A set "mine" of two classes, three patients each, four look-alike slices a patient."""
    write_set(tmp_path / "set", patients=3, slices=4)
    assert main(["ingest", str(tmp_path / "set"), "--name", "mine"]) == 0
    assert "mine: 24 slices (Cyst 12, Normal 12)" in capsys.readouterr().out
    return var / "data" / "mine"


def test_validate_says_a_verdict_and_its_findings(ingested: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "mine"]) == 0
    assert capsys.readouterr().out.startswith("mine is usable")
    assert main(["validate", "mine", "--json"]) == 0
    (report,) = lines(capsys.readouterr().out)
    assert report["slices"] == 24
    assert {one["label"]: one["slices"] for one in report["classes"]} == {"Cyst": 12, "Normal": 12}


def test_split_says_whether_it_leaks(ingested: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["split", "mine", "--set", "split.folds=3", "--json"]) == 0
    (said,) = lines(capsys.readouterr().out)
    assert said["leaks"] is False
    assert said["parts"] == {fold: {"Cyst": 4, "Normal": 4} for fold in "012"}
    assert said["leak_meter"]["random"]["with_twin"] > said["leak_meter"]["grouped"]["with_twin"]
    assert main(["split", "mine", "--strategy", "random"]) == 0
    assert "This split leaks: slices of one patient lie on both sides." in capsys.readouterr().out


def test_sets_are_listed(ingested: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sets", "--json"]) == 0
    assert lines(capsys.readouterr().out) == [
        {"name": "mine", "slices": 24, "classes": {"Cyst": 12, "Normal": 12}}
    ]


def test_main_figures_are_kept_for_a_pipeline(ingested: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "split.json"
    assert main(["split", "mine", "--metrics", str(target)]) == 0
    kept = json.loads(target.read_text())
    assert kept["slices"] == 24
    assert kept["groups"] == 6


def test_a_folder_is_given_another_class(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_set(tmp_path / "set", patients=2, slices=2)
    options = ["--class", "cyst=lesion"]
    assert main(["ingest", str(tmp_path / "set"), "--name", "mine", *options, "--json"]) == 0
    (said,) = lines(capsys.readouterr().out)
    assert said["classes"] == {"Normal": 4, "lesion": 4}
    assert main(["ingest", str(tmp_path / "set"), "--name", "other", "--class", "Cyst"]) == 2


@pytest.mark.parametrize("preset", ["kidney-4"])
def test_a_preset_without_an_address_says_where_to_get_it(
    preset: str, var: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ingest", preset, "--name", "mine"]) == 1
    assert "Download the zip of nazmul0087/ct-kidney-dataset" in capsys.readouterr().err


def test_an_unknown_preset_names_the_known(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ingest", "x", "--name", "mine", "--preset", "kidney-5"]) == 1
    assert "Use one of: kidney-4, kidney-binary, chest-4, chest-binary, synthetic" in capsys.readouterr().err


@pytest.mark.parametrize("where", ["a folder", "a file/figures.json", "a file/deep/figures.json"])
def test_figures_that_can_not_be_kept_are_a_sentence(
    ingested: Path, tmp_path: Path, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a folder").mkdir()
    (tmp_path / "a file").touch()
    assert main(["validate", "mine", "--metrics", str(tmp_path / where)]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "can't be used: " in sentence
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_a_set_is_deleted(ingested: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["remove", "mine"]) == 0
    assert not ingested.exists()
    assert main(["remove", "mine"]) == 1
    assert "There is no data set mine" in capsys.readouterr().err


def test_a_zip_must_be_the_one_that_was_meant(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = write_set(tmp_path / "set", patients=2, slices=2)
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for path in sorted(raw.rglob("*.png")):
            archive.write(path, path.relative_to(raw))
    digest = hashlib.sha256((tmp_path / "set.zip").read_bytes()).hexdigest()
    wanted = ["ingest", str(tmp_path / "set.zip"), "--name", "mine", "--sha256"]
    assert main([*wanted, "0" * 64]) == 1
    assert "is not the file that was meant" in capsys.readouterr().err
    assert not (var / "data" / "mine").exists()
    assert main([*wanted, digest.upper()]) == 0


def test_corrections_on_top_of_a_set_are_a_new_one(
    ingested: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = zipped(
        tmp_path / "corrections.zip", correction(picture(5000), "Cyst"), correction(picture(0, 0), "Normal")
    )
    assert main(["ingest", str(source), "--name", "reviewed", "--base", "mine", "--json"]) == 0
    (said,) = lines(capsys.readouterr().out)
    assert said["classes"] == {"Cyst": 12, "Normal": 13}
    assert main(["ingest", str(source), "--name", "again", "--base", "none-such"]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("There is no data set none-such.")
    assert main(["ingest", str(tmp_path / "set"), "--name", "again", "--base", "mine"]) == 1
    assert "is no zip of corrections" in capsys.readouterr().err
