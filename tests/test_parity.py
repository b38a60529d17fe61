"""The same bytes get the same probabilities from predictor, command line and API."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
from pydicom.data import get_testdata_file

from core.config.settings import ROOT, Limits, Settings
from core.inference import shared
from core.inference.batch import Case, review
from core.serving.api import create_api
from tests.support.client import client
from tests.support.scans import body, png


@pytest.fixture(scope="module", params=["tiny", "shipped"])
def bundle(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue(request.param)


def files() -> dict[str, bytes]:
    dicom = get_testdata_file("CT_small.dcm", download=False)
    return {
        "a.png": png(body(300, seed=1)),
        "b.jpg": cv2.imencode(".jpg", body(200, seed=2)[:150])[1].tobytes(),
        "c.dcm": Path(str(dicom)).read_bytes(),
    }


def test_everybody_says_the_same(bundle: Path, tmp_path: Path) -> None:
    given = files()
    for name, data in given.items():
        (tmp_path / name).write_bytes(data)
    one = shared.predictor(bundle, 2)
    cases = [case for case in review(given.items(), one, Limits()) if isinstance(case, Case)]
    expected = {case.scan.name: list(case.prediction.probabilities) for case in cases}
    assert len(expected) == len(given)

    assert from_command_line(bundle, tmp_path, list(given)) == expected
    with client(create_api(Settings(assets=bundle.parent))) as api:
        sent = [("files", (name, data)) for name, data in given.items()]
        results = api.post("/v1/predict", files=sent).json()["results"]
        assert {r["file"]: list(r["probabilities"].values()) for r in results} == expected
        for name, data in given.items():
            encoded = base64.b64encode(data).decode()
            (plain,) = api.post("/predict", json={"image": encoded}).json()
            assert list(plain["probabilities"].values()) == expected[name]


def from_command_line(bundle: Path, folder: Path, names: list[str]) -> dict[str, list[float]]:
    command = [sys.executable, "-m", "core", "predict", "--json", "--model", str(bundle)]
    command += [str(folder / name) for name in names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return {Path(answer["file"]).name: list(answer["probabilities"].values()) for answer in answers}
