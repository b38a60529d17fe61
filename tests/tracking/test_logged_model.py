import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.config.settings import Settings
from core.evaluation.calibration import softmax
from core.inference.predictor import Predictor
from core.tracking import store
from core.tracking.delivery import deliver
from core.tracking.recorder import Recorder
from tests.tracking.conftest import Runs

# what somebody does who has the run's address and none of our code
ELSEWHERE = """
import sys
import numpy as np
import mlflow
model = mlflow.pyfunc.load_model(sys.argv[1])
np.save(sys.argv[3], model.predict(np.load(sys.argv[2])))
assert not {"core", "tensorflow", "keras"} & set(sys.modules)
print(model.metadata.signature.inputs.inputs[0].shape, model.metadata.metadata["labels"])
"""


@pytest.mark.tensorflow
def test_mlflow_itself_runs_the_model_and_gives_our_probabilities(
    written: Callable[..., Recorder],
    runs: Callable[[], Runs],
    settings: Settings,
    folder: Path,
    copied: Callable[[], Path],
    predictor: Predictor,
    expected: dict[str, np.ndarray],
    tmp_path: Path,
) -> None:
    bundle = copied()
    made = written()
    made.model(bundle)
    made.finish("finished")
    (bundle / "model.tflite").unlink()
    assert deliver(folder, settings), made.trouble
    run = runs().one()
    assert set(runs().artefacts(run.info.run_id, "bundle")) == {
        f"bundle/{name}" for name in ("bundle.json", "model.keras", "model.tflite", "reference.npz")
    }
    np.save(tmp_path / "squares.npy", expected["pictures"][:, :, :, None])
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, f"runs:/{run.info.run_id}/model",
         str(tmp_path / "squares.npy"), str(tmp_path / "answers.npy")],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "MLFLOW_TRACKING_URI": store.uri(settings), "MLFLOW_DISABLE_TELEMETRY": "true"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "(-1, 64, 64, 1) ['Cyst', 'Normal', 'Stone', 'Tumor']"
    card = predictor.bundle.card
    ours = [predictor._engine.forward(square)[0] for square in expected["pictures"]]
    answers = np.load(tmp_path / "answers.npy")
    assert np.abs(answers - softmax(np.array(ours), card.temperature)).max() < 1e-6
    assert len(set(answers.argmax(axis=1))) > 1, "the model tells slices apart"
    again_after_a_kill(runs(), folder, settings)


def again_after_a_kill(runs: Runs, folder: Path, settings: Settings) -> None:
    """What was delivered but not noted doesn't make a second model."""
    from core.tracking import logged_model

    run = runs.one()
    (found,) = runs.client.search_logged_models([run.info.experiment_id])
    again = logged_model.log(runs.client, run.info.run_id, run.info.experiment_id, folder / "gone")
    assert again == found.model_id
    assert len(runs.client.search_logged_models([run.info.experiment_id])) == 1
