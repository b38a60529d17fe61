"""One contract for every row of the table: builds flat, thaws, learns, reloads, exports, explains."""

import json
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.config.settings import ROOT
from core.explain.cam import class_maps
from core.models import build, litert
from core.models.backbones import TABLE
from core.models.bundle import LITERT
from core.models.freezing import block_names

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow, pytest.mark.timeout(600)]
QUICK = ("simple_cnn", "mobilenet_v2")
every_row = pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in TABLE]
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rows")


@pytest.fixture
def place(name: str, folder: Path) -> Path:
    """Where rows lie that were trained a little and kept, each by a process of its own."""
    if not (folder / name).is_dir():
        command = [sys.executable, "-m", "tests.models.rows", str(folder), name]
        done = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.fixture
def told(name: str, place: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((place / name / "told.json").read_text())
    return found


@pytest.fixture
def answers(name: str, place: Path) -> dict[str, np.ndarray]:
    with np.load(place / name / "answers.npz") as arrays:
        return dict(arrays)


@pytest.fixture
def forward(name: str, place: Path) -> Any:
    return litert.runner((place / name / LITERT).read_bytes())


@lru_cache(maxsize=1)
def stored(folder: Path) -> Any:
    """What another process saved, in this one."""
    return build.load(folder)


def same(found: np.ndarray, expected: np.ndarray) -> None:
    """To 1e-3, of the largest where values go beyond 1."""
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-3 * max(1.0, np.abs(expected).max()))


@every_row
def test_it_is_flat_and_what_the_table_says(name: str, told, answers) -> None:
    row = TABLE[name]
    assert told["nested"] == [] and told["bare"] == []
    assert told["names"][:2] == ["grey", "grey_to_rgb"]
    assert told["names"][-4:] == ["features", "pooled", "dropout", "logits"]
    assert told["parameters"] / 1e6 == pytest.approx(row.parameters, abs=0.006)
    side = row.least_size // row.stride
    assert side == 2 and answers["features"].shape[1:] == (side, side, row.channels)
    assert len(told["blocks"]) == len(set(told["blocks"])) == row.blocks


@every_row
def test_more_learns_the_more_is_unfrozen_and_nothing_is_left_of_it_after(name: str, told) -> None:
    none, one, two, each, beyond, everything, again = told["learning"].values()
    head = 2 * (TABLE[name].channels + 1)
    assert none == again == head
    assert head < one < two < each == beyond == everything
    # the statistics of batch norms are no gradient's business
    assert 0.96 * told["parameters"] < everything - head <= told["parameters"]


@every_row
def test_a_few_steps_make_the_loss_fall(name: str, told) -> None:
    assert np.isfinite(told["losses"]).all()
    assert told["losses"][-1] < 0.9 * told["losses"][0]


@every_row
def test_a_process_that_never_saw_it_reads_it_back_equal(name: str, place: Path, told, answers) -> None:
    model = stored(place / name)
    assert [layer.name for layer in model.layers] == told["names"]
    assert block_names(model) == told["blocks"]
    logits = np.asarray(model(answers["squares"][..., None].astype(np.float32), training=False))
    np.testing.assert_allclose(logits, answers["logits"], rtol=1e-4, atol=1e-4)


@every_row
def test_its_export_answers_as_keras_does(name: str, answers, forward) -> None:
    assert np.abs(answers["features"]).max() > 0.1
    assert np.ptp(answers["logits"], axis=0).min() > 0.01
    features, logits = zip(*map(forward, answers["squares"]), strict=True)
    same(np.stack(features), answers["features"])
    same(np.stack(logits), answers["logits"])


@every_row
def test_the_closed_form_is_grad_cam_by_gradient(name: str, place: Path, answers, forward) -> None:
    kernel = stored(place / name).get_layer(build.LOGITS).get_weights()[0]
    assert answers["maps"].max() > 0.01
    found = [np.maximum(class_maps(forward(square)[0], kernel), 0) for square in answers["squares"]]
    same(np.stack(found), answers["maps"])
