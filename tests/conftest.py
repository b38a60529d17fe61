"""What tests share: a small real bundle, the shipped one, and a predictor of each."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.config.settings import ROOT, settings
from core.models.bundle import CARD, load

if TYPE_CHECKING:
    from core.inference.predictor import Predictor


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that real Keras made, in its own process; not to be written to."""
    folder = tmp_path_factory.mktemp("tiny") / "model"
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.tiny_bundle", str(folder)],
        cwd=ROOT, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.fixture(scope="session")
def expected(tiny: Path) -> dict[str, np.ndarray]:
    """What Keras and tf-keras-vis say of the tiny bundle's model on fixed inputs."""
    with np.load(tiny.parent / "expected.npz") as arrays:
        return dict(arrays)


@pytest.fixture(scope="session")
def predictor(tiny: Path) -> "Predictor":
    """A predictor of the tiny bundle."""
    from core.inference.predictor import Predictor

    return Predictor(load(tiny), threads=1, interpreters=2)


@pytest.fixture
def copied(tiny: Path, tmp_path: Path) -> Callable[[], Path]:
    """Copies the tiny bundle, to be damaged."""

    def copy() -> Path:
        return Path(shutil.copytree(tiny, tmp_path / "bundle"))

    return copy


@pytest.fixture(scope="session")
def shipped() -> Path:
    """The shipped bundle."""
    folder = settings().shipped_bundle
    if not (folder / CARD).is_file():
        pytest.skip("there is no shipped bundle in assets/model: run `make model`")
    return folder
