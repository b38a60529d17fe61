"""python -m core explain, as a script would use it."""

import json
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pydicom
import pypdfium2
import pytest

from core.__main__ import main
from core.config.settings import ROOT, settings
from core.explain import cam
from core.inference.batch import Case, review
from core.inference.predictor import Predictor
from tests.support.scans import body, png

SAMPLE = settings().assets / "samples" / "synthetic-series-1.dcm"


def explain(tiny: Path, *arguments: object) -> int:
    return main(["explain", "--model", str(tiny), *map(str, arguments)])


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def one(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "s1.png"
    path.parent.mkdir()
    path.write_bytes(png(body(seed=1)))
    return path


def case_of(path: Path, predictor: Predictor) -> Case:
    (found,) = review([(str(path), path.read_bytes())], predictor, settings().limits)
    assert isinstance(found, Case)
    return found


def test_a_line_says_what_review_would(
    tiny: Path, one: Path, predictor: Predictor, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(tiny, one, "--json") == 0
    (line,) = told(capsys)
    case = case_of(one, predictor)
    expected = cam.heatmap(case.prediction, case.prediction.top[0])
    assert line["file"] == str(one)
    assert line["label"] == case.prediction.label
    assert (line["method"], line["unit"], line["passes"]) == ("closed-form", "logit", 1)
    assert line["target"] == {"label": case.prediction.top[0], "against": None}
    assert line["layer"] == predictor.bundle.card.layer
    assert line["peak"] == pytest.approx(expected.peak, rel=1e-5)
    assert line["flat"] == expected.flat
    assert line["model"]["digest"] == predictor.bundle.digest
    assert line["paths"] == [] and "trust" not in line


def test_all_formats_can_be_opened_again(
    tiny: Path, tmp_path: Path, predictor: Predictor, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    label = predictor.labels[1]
    code = explain(tiny, SAMPLE, "--class", label, "--out", out, "--format", "png,pdf,dicom,npy", "--json")
    assert code == 0
    (line,) = told(capsys)
    paths = [Path(path) for path in line["paths"]]
    assert sorted(out.iterdir()) == sorted(paths)
    by_end = {path.name.removeprefix(paths[0].stem): path for path in paths}
    case = case_of(SAMPLE, predictor)
    heat = cam.heatmap(case.prediction, label)
    assert cv2.imread(str(by_end[".png"])).shape[1] == 2340
    assert label in pypdfium2.PdfDocument(by_end[".pdf"])[0].get_textpage().get_text_range()
    raw = np.load(by_end[".npy"])
    assert list(raw.shape) == line["grid"]
    np.testing.assert_allclose(raw, case.prediction.maps[1], atol=1e-5)
    assert line["placement"]["side"] == case.prediction.placement.side
    origin = pydicom.dcmread(SAMPLE, stop_before_pixels=True)
    stored = pydicom.dcmread(by_end["-map.dcm"])
    np.testing.assert_allclose(stored.pixel_array, heat.values, atol=1e-5)
    for ds in (stored, pydicom.dcmread(by_end[".dcm"])):
        assert ds.StudyInstanceUID == origin.StudyInstanceUID
        assert ds.SourceImageSequence[0].ReferencedSOPInstanceUID == origin.SOPInstanceUID


def test_a_picture_becomes_a_capture_of_nobody_and_it_is_said_why(
    tiny: Path, one: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(tiny, one, "--out", tmp_path / "out", "--format", "dicom", "--json") == 0
    (line,) = told(capsys)
    (path,) = line["paths"]
    assert not pydicom.dcmread(path).PatientName
    assert "no parametric map" in line["notes"][0]


def test_inputs_of_one_name_never_meet(
    tiny: Path, one: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (one.parent / "other").mkdir()
    (one.parent / "other" / "s1.png").write_bytes(png(body(seed=2)))
    with zipfile.ZipFile(one.parent / "more.zip", "w") as packed:
        packed.writestr("s1.png", png(body(seed=3)))
        packed.writestr("bad.png", b"text")
    assert explain(tiny, one.parent, "--out", tmp_path / "out", "--json") == 1
    lines = told(capsys)
    paths = [line["paths"][0] for line in lines if "paths" in line]
    assert len(set(paths)) == 3
    (bad,) = (line for line in lines if "error" in line)
    assert bad["slice"] == "bad.png" and bad["file"].endswith("more.zip")


def test_a_bad_file_has_a_line_and_the_rest_goes_on(
    tiny: Path, one: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (one.parent / "bad.jpg").write_bytes(b"text")
    assert explain(tiny, one.parent / "gone.png", one.parent / "bad.jpg", one, "--json") == 1
    gone, bad, fine = told(capsys)
    assert "can't be opened" in gone["error"] and "bad.jpg" in bad["error"] and "peak" in fine


def test_a_contrast_and_the_class_it_is_held_against(
    tiny: Path, one: Path, predictor: Predictor, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = predictor.labels[:2]
    assert explain(tiny, one, "--class", first, "--against", second, "--json") == 0
    (line,) = told(capsys)
    assert line["target"] == {"label": first, "against": second}
    top = case_of(one, predictor).prediction.top[0]
    assert explain(tiny, one, "--against", top, "--json") == 1, "the top class against itself"
    (line,) = told(capsys)
    assert "another class" in line["error"] and line["error"].endswith(".")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (["--method", "magic"], "no method"),
        (["--class", "Horse"], "Horse"),
        (["--against", "Horse"], "Horse"),
        (["--class", "Cyst", "--against", "Cyst"], "another class"),
        (["--layer", "block_1"], "No method here reads a layer"),
        (["--format", "png,gif"], "gif"),
        (["--format", ""], "no format"),
    ],
)
def test_wrong_use_is_2_with_a_sentence(
    tiny: Path, one: Path, wrong: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(tiny, one, *wrong) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert words in " ".join(caught.err.replace("│", " ").split())
    assert "Traceback" not in caught.err


def test_a_folder_that_refuses_costs_a_sentence(
    tiny: Path, one: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x")
    assert explain(tiny, one, "--out", tmp_path / "file", "--json") == 1
    (line,) = told(capsys)
    assert "Name another folder with --out" in line["error"]


def test_without_json_it_is_for_people(tiny: Path, one: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = one.with_name("evil\x1b[2J.png")
    shutil.copy(one, odd)
    assert explain(tiny, odd) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "\x1b" not in line and "ms." in line and "closed-form" in line


def test_forward_methods_and_trust_need_no_tensorflow(tiny: Path, one: Path, tmp_path: Path) -> None:
    """In a process of its own, which may not even import it."""
    script = (
        "import sys; sys.modules['tensorflow'] = sys.modules['keras'] = None\n"
        "from core.__main__ import main\nsys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "explain", str(one), "--model", str(tiny), "--method", "occlusion",
         "--method", "closed-form", "--trust", "--out", str(tmp_path / "out"), "--json"],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["method"], second["method"]) == ("occlusion", "closed-form")
    assert first["passes"] > 10
    assert first["paths"] == second["paths"], "side by side on one picture"
    for line in (first, second):
        assert line["trust"]["level"] in ("good", "fair", "poor", "flat")
        assert 0 <= line["trust"]["deletion"] <= 1
        assert line["trust"]["sentences"]


@pytest.mark.long
def test_a_gradient_method_and_its_layer(tiny: Path, one: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(tiny, one, "--method", "grad-cam", "--layer", "nowhere") == 2
    assert "nowhere" in capsys.readouterr().err
    assert explain(tiny, one, "--method", "grad-cam", "--json") == 0
    (line,) = told(capsys)
    assert line["method"] == "grad-cam" and line["passes"] >= 1


def test_the_capture_is_of_this_very_slice(tiny: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "series.zip", "w") as packed:
        for path in sorted(SAMPLE.parent.glob("*.dcm"))[:2]:
            packed.write(path, path.name)
    assert explain(tiny, tmp_path / "series.zip", "--out", tmp_path / "out", "--format", "dicom") == 0
    named = {
        pydicom.dcmread(BytesIO(path.read_bytes())).SourceImageSequence[0].ReferencedSOPInstanceUID
        for path in (tmp_path / "out").glob("*-map.dcm")
    }
    assert len(named) == 2
