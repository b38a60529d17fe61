"""A bundle as a model of MLflow's: signature, example and requirements, without TensorFlow."""

import warnings
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.models.bundle import CARD, LITERT, load

NAME = "model"
_PACKAGES = ("mlflow", "numpy", "ai-edge-litert")
"""What it takes to run one; said outright, as MLflow would start a process to find out."""
_SERVED = Path(__file__).with_name("served.py")


def log(client: Any, run_id: str, experiment_id: str, bundle: Path) -> str:
    """Make a bundle a run's model, once however often it is asked for.

    Args:
        client: MLflow's.
        run_id: The run.
        experiment_id: Its experiment.
        bundle: The bundle's folder.

    Returns:
        The model's id.
    """
    for one in client.search_logged_models([experiment_id], f"source_run_id = '{run_id}'"):
        if one.name == NAME and str(one.status) == "READY":
            return str(one.model_id)
        client.delete_logged_model(one.model_id)
    found = client.create_logged_model(experiment_id, NAME, run_id, model_type="classification")
    with TemporaryDirectory() as folder:
        _save(Path(folder) / NAME, bundle, found.model_id, run_id)
        client.log_model_artifacts(found.model_id, str(Path(folder) / NAME))
    client.finalize_logged_model(found.model_id, "READY")
    client.log_outputs(run_id, [_output(found.model_id)])
    return str(found.model_id)


def _save(path: Path, bundle: Path, model_id: str, run_id: str) -> None:
    import mlflow.pyfunc
    import numpy as np
    from mlflow.models import ModelSignature
    from mlflow.models.model import Model
    from mlflow.types import Schema, TensorSpec

    card = load(bundle).card
    size, labels = card.preprocess.size, list(card.labels)
    inputs = TensorSpec(np.dtype(np.uint8), (-1, size, size, 1))
    outputs = TensorSpec(np.dtype(np.float64), (-1, len(labels)))
    ramp = np.tile(np.linspace(0, 255, size).astype(np.uint8), (size, 1))
    with warnings.catch_warnings():
        # what it says is about type hints, which this model goes without
        warnings.simplefilter("ignore", UserWarning)
        mlflow.pyfunc.save_model(
            path,
            python_model=str(_SERVED),
            artifacts={"card": str(bundle / CARD), "export": str(bundle / LITERT)},
            signature=ModelSignature(Schema([inputs]), Schema([outputs])),
            input_example=ramp[None, :, :, None],
            pip_requirements=_requirements(),
            metadata={"labels": labels, "name": card.name, "version": card.version},
            mlflow_model=Model(run_id=run_id, model_id=model_id),
        )


def _requirements() -> list[str]:
    found = []
    for name in _PACKAGES:
        try:
            found.append(f"{name}=={version(name)}")
        except PackageNotFoundError:
            found.append(name)
    return found


def _output(model_id: str) -> Any:
    from mlflow.entities import LoggedModelOutput

    return LoggedModelOutput(model_id, step=0)
