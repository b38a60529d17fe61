"""python -m core, as a script would use it."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.__main__ import main
from core.config.settings import ROOT, settings
from core.inference.predictor import Predictor
from tests.support.scans import body, png


@pytest.fixture
def slices(tmp_path: Path) -> Path:
    folder = tmp_path / "slices"
    folder.mkdir()
    for seed in (1, 2):
        (folder / f"s{seed}.png").write_bytes(png(body(seed=seed)))
    return folder


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def predict(tiny: Path, *arguments: object) -> int:
    return main(["predict", "--model", str(tiny), *map(str, arguments)])


def test_a_line_a_slice(
    tiny: Path, slices: Path, predictor: Predictor, capsys: pytest.CaptureFixture[str]
) -> None:
    assert predict(tiny, slices / "s1.png", slices / "s2.png", "--json") == 0
    first, second = lines(capsys.readouterr().out)
    assert first["file"] == str(slices / "s1.png")
    assert second["file"] == str(slices / "s2.png")
    assert list(first["probabilities"]) == list(predictor.labels)
    assert sum(first["probabilities"].values()) == pytest.approx(1)
    assert first["model"] == {"name": "tiny", "version": "0", "digest": predictor.bundle.digest}
    assert first["declined"] == (first["label"] is None)
    assert first["heatmap"] is None
    assert {"reasons", "warnings", "milliseconds"} <= set(first)


def test_a_bad_file_has_a_line_and_the_rest_is_answered(
    tiny: Path, slices: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (slices / "bad.jpg").write_bytes(b"text")
    assert predict(tiny, slices / "bad.jpg", slices / "gone.png", slices / "s1.png", "--json") == 1
    bad, gone, fine = lines(capsys.readouterr().out)
    assert set(bad) == {"file", "error"}
    assert "bad.jpg" in bad["error"]
    assert "gone.png can't be opened" in gone["error"]
    assert fine["probabilities"]


def test_folders_zips_and_patterns(
    tiny: Path, slices: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.writestr("a.png", png(body(seed=3)))
    assert predict(tiny, slices, tmp_path / "more.zip", slices / "*1.png", "--json") == 0
    found = [(Path(line["file"]).name, line.get("slice")) for line in lines(capsys.readouterr().out)]
    assert found == [("s1.png", None), ("s2.png", None), ("more.zip", "a.png"), ("s1.png", None)]


def test_heatmaps_are_written_beside_each_other(
    tiny: Path, slices: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (slices / "other").mkdir()
    (slices / "other" / "s1.png").write_bytes(png(body(seed=4)))
    assert predict(tiny, slices, "--heatmap-dir", tmp_path / "heat", "--json") == 0
    drawn = [Path(line["heatmap"]) for line in lines(capsys.readouterr().out)]
    assert len(set(drawn)) == 3, "two files of one name get two pictures"
    for path in drawn:
        shown = cv2.imread(str(path))
        assert shown.shape == (256, 256, 3)
        assert np.ptp(shown.astype(int), axis=2).max() > 30, "it is in colour"


def test_without_json_it_is_for_people(tiny: Path, slices: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert predict(tiny, slices / "s1.png") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(str(slices / "s1.png"))
    assert "%" in line


@pytest.mark.parametrize("arguments", [["predict"], ["predict", "x", "--modle", "y"], ["no-such-verb"], []])
def test_wrong_use_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().out == "" or not arguments


def test_an_empty_folder_is_wrong_use(tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert predict(tiny, tmp_path / "empty") == 2
    assert "there are no files" in capsys.readouterr().err


def test_an_unknown_model_is_1_with_a_sentence(slices: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "--model", "/nowhere", str(slices / "s1.png")]) == 1
    caught = capsys.readouterr()
    assert caught.out == ""
    assert caught.err.startswith('No model goes by "/nowhere".')


def test_a_damaged_model_is_1_with_a_sentence(
    slices: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "bundle.json").write_text("{")
    assert main(["predict", "--model", str(tmp_path / "bundle"), str(slices / "s1.png")]) == 1
    assert "bundle.json can't be read" in capsys.readouterr().err


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place of its own for what the verbs write."""
    monkeypatch.setenv("KCS_VAR", str(tmp_path / "var"))
    settings.cache_clear()
    yield tmp_path / "var"
    settings.cache_clear()


def test_ingest_and_evaluate(
    tiny: Path, var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    classes = ("Cyst", "Normal", "Stone", "Tumor", "Abscess", "Graft")
    for number in range(24):
        label = classes[number % 6]
        path = tmp_path / "set" / label / f"{label}- ({number // 6 + 1}).png"
        path.parent.mkdir(parents=True, exist_ok=True)
        coarse = np.random.default_rng(number).integers(0, 255, (6, 6), np.uint8)
        path.write_bytes(png(cv2.resize(coarse, (96, 96), interpolation=cv2.INTER_CUBIC)))
    assert main(["ingest", str(tmp_path / "set"), "--name", "mine", "--json"]) == 0
    (said,) = lines(capsys.readouterr().out)
    assert said["classes"] == dict.fromkeys(sorted(classes), 4)
    assert Path(said["path"]).is_relative_to(var)

    assert main(["evaluate", "--dataset", "mine", "--model", str(tiny), "--json"]) == 0
    (figures,) = lines(capsys.readouterr().out)
    assert figures["seen"] is False
    assert figures["labels"] == ["Cyst", "Normal", "Stone", "Tumor"]
    assert 4 <= figures["slices"] <= 16
    assert 0 <= figures["macro_f1"]["value"] <= 1
    assert sum(map(sum, figures["confusion"])) == figures["slices"]


@pytest.mark.parametrize("verb", [["evaluate"], ["train"]])
def test_an_unknown_data_set_is_1_with_a_sentence(
    verb: list[str], tiny: Path, var: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = ["--model", str(tiny)] if verb == ["evaluate"] else []
    assert main([*verb, "--dataset", "nothing", *model]) == 1
    assert "There is no data set nothing. Ingest it first" in capsys.readouterr().err


def test_a_parameter_that_does_not_exist_is_named(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--dataset", "x", "--set", "training.epoks=3"]) == 1
    assert "training.epoks" in capsys.readouterr().err


@pytest.mark.parametrize("change", ["training.seed", "seed=1", "training.seed=[", "=", "training=1"])
def test_a_change_that_is_none_is_a_sentence(
    change: str, var: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--dataset", "x", "--set", change]) == 1
    assert "is no change of a parameter" in capsys.readouterr().err


def test_parameters_that_are_no_text_are_a_sentence(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "params.yaml").write_bytes(b"\xff\xfe\x00")
    assert main(["train", "--dataset", "x", "--params", str(tmp_path / "params.yaml")]) == 1
    assert "params.yaml can't be read" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["KCS_PORT", "KCS_LIMIT_PIXELS"])
def test_a_setting_that_can_not_be_used_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, "many")
    settings.cache_clear()
    try:
        assert main(["predict", "slice.png"]) == 2
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert capsys.readouterr().err.startswith(f"The setting {name} can't be used")


def test_a_zip_may_be_larger_than_a_file(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = png(body(seed=5))
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.png", data)
        archive.writestr("b.png", data)
    monkeypatch.setenv("KCS_LIMIT_FILE_BYTES", str(len(data) + 1))
    settings.cache_clear()
    try:
        assert predict(tiny, tmp_path / "two.zip", "--json") == 0
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert [line["slice"] for line in lines(capsys.readouterr().out)] == ["a.png", "b.png"]


def test_help_says_what_each_verb_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-h"]) == 0
    shown = capsys.readouterr().out
    for verb in ("predict", "ingest", "validate", "split", "features", "train", "evaluate", "pipeline"):
        assert verb in shown


def test_as_a_process_results_alone_are_on_stdout(tiny: Path, slices: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "core", "predict", str(slices), "--model", str(tiny), "--json"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(lines(done.stdout)) == 2
