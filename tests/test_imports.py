"""The web process stays light: nothing that answers imports TensorFlow."""

import subprocess
import sys

import pytest

from core.config.settings import ROOT

ANSWERING = [
    "core",
    "core.config.settings",
    "core.imaging.intake",
    "core.explain.cam",
    "core.explain.overlay",
    "core.inference.predictor",
    "core.inference.report_pdf",
    "core.inference.table",
    "core.serving.api",
    "core.__main__",
    "app.asgi",
]
HEAVY = {"tensorflow", "keras", "tf_keras_vis", "mlflow", "sklearn", "shap", "skimage", "numba", "highdicom"}

SCRIPT = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(*{name.partition('.')[0] for name in sys.modules})
"""


def imported(*names: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *names],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_what_answers_imports_no_tensorflow() -> None:
    loaded = imported(*ANSWERING)
    assert {"streamlit", "fastapi", "ai_edge_litert"} <= loaded, "the right things were imported"
    assert loaded & HEAVY == set()


def test_core_knows_no_streamlit() -> None:
    assert "streamlit" not in imported(*(name for name in ANSWERING if name.startswith("core")))


@pytest.mark.parametrize("name", ["core", "core.__main__"])
def test_the_command_line_starts_without_what_it_may_not_need(name: str) -> None:
    assert imported(name) & {*HEAVY, "cv2", "fastapi", "ai_edge_litert", "pydicom"} == set()


def test_answering_never_loads_it_either(tiny: object) -> None:
    script = (
        "import sys; from core.__main__ import main; "
        "code = main(['predict', sys.argv[1], '--model', sys.argv[2], '--json']); "
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules; sys.exit(code)"
    )
    from tests.support.scans import body, png

    picture = tiny.parent / "answer.png"  # type: ignore[attr-defined]
    picture.write_bytes(png(body()))
    done = subprocess.run(
        [sys.executable, "-c", script, str(picture), str(tiny)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_import_rules_hold() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
