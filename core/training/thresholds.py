"""When to give no answer, chosen and measured on held-out slices."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config.params import Declining
from core.evaluation.calibration import coverage, threshold_for
from core.models.bundle import Thresholds
from core.training.inputs.strangers import Strangers

Floats = NDArray[np.floating]


def choose(probabilities: NDArray[np.float64], distances: Floats, wanted: Declining) -> Thresholds:
    """Thresholds at which held-out slices are declined as often as wanted.

    Args:
        probabilities: (N, K) of held-out slices.
        distances: (N,) of their features to those that were learnt from.
        wanted: How often.
    """
    return Thresholds(
        unsure=threshold_for(probabilities, wanted.answered),
        # a set of equal slices has distance 0, which would refuse everything
        distance=max(round(float(np.quantile(distances, 1.0 - wanted.refused)), 4), 1e-4),
    )


def figures(
    probabilities: NDArray[np.float64],
    truth: NDArray[np.integer],
    distances: Floats,
    limits: Thresholds,
    others: Mapping[str, tuple[Strangers, Floats]],
) -> dict[str, Any]:
    """How often what is declined.

    Args:
        probabilities: (N, K) of held-out slices.
        truth: (N,) class numbers.
        distances: (N,) of their features.
        limits: From `choose`.
        others: Pictures from elsewhere by name, with (F, M) distances of theirs.

    Returns:
        ``unsure`` and ``not_ct``, as `core.evaluation.report` documents.
    """
    found: dict[str, Any] = {
        "threshold": limits.distance,
        "refused": round(float((distances > limits.distance).mean()), 4),
    }
    for name, (pictures, apart) in others.items():
        far = apart > limits.distance
        found[name] = {
            "refused": round(float((far | pictures.refused).mean()), 4),
            "refused_by_distance": round(float(far.mean()), 4),
            "slices": len(pictures.names),
        }
    given = coverage(probabilities, truth, limits.unsure)
    unsure = {"threshold": limits.unsure, **{name: round(value, 4) for name, value in given.items()}}
    return {"unsure": unsure, "not_ct": found}
