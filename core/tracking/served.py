"""The model that MLflow itself runs: prepared grey squares in, calibrated probabilities out.

MLflow copies this file beside the bundle and executes it there, so it knows nothing of this package.
"""

import json
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
from numpy.typing import NDArray


class Served(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
    """A bundle's LiteRT export with its temperature. One thread at a time."""

    def load_context(self, context: Any) -> None:
        """Load the export and the temperature.

        Args:
            context: MLflow's, with the bundle's card and export as artifacts.
        """
        from ai_edge_litert.interpreter import Interpreter

        card = json.loads(Path(context.artifacts["card"]).read_text(encoding="utf-8"))
        self._temperature = card["temperature"]
        self._interpreter = Interpreter(model_path=str(context.artifacts["export"]))
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = self._interpreter.get_output_details()
        self._logits = next(one["index"] for one in outputs if len(one["shape"]) == 2)

    # MLflow takes type hints of `predict` for a schema, and warns of any it doesn't know
    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]  # noqa: ARG002
        """Probabilities of prepared squares.

        Args:
            context: MLflow's.
            model_input: (N, S, S, 1) uint8, prepared as the bundle's card says.
            params: None are known.

        Returns:
            (N, K), classes in the card's order.
        """
        logits = np.array([self._answer(square) for square in np.asarray(model_input)], np.float64)
        powers = np.exp((logits - logits.max(axis=1, keepdims=True)) / self._temperature)
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))

    def _answer(self, square: NDArray[np.uint8]) -> NDArray[np.float32]:
        self._interpreter.set_tensor(self._input, square[None].astype(np.float32))
        self._interpreter.invoke()
        return np.asarray(self._interpreter.get_tensor(self._logits)[0])


mlflow.models.set_model(Served())
