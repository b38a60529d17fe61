"""When to give no answer, chosen and measured on held-out slices."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.config.params import Declining
from core.evaluation.calibration import coverage, threshold_for
from core.models.bundle import Thresholds
from core.training.crossval import Held
from core.training.strangers import Strangers


def choose(held: Held, wanted: Declining) -> Thresholds:
    """Thresholds at which held-out slices are declined as often as wanted."""
    return Thresholds(
        unsure=threshold_for(held.probabilities(), wanted.answered),
        distance=round(float(np.quantile(held.distances, 1.0 - wanted.refused)), 4),
    )


def figures(held: Held, limits: Thresholds, others: Mapping[str, Strangers]) -> dict[str, Any]:
    """How often what is declined.

    Args:
        held: Out-of-fold answers.
        limits: From `choose`.
        others: Pictures from elsewhere, by name; their distances are in ``held``.

    Returns:
        ``unsure`` and ``not_ct``, as `core.evaluation.report` documents.
    """
    found: dict[str, Any] = {
        "threshold": limits.distance,
        "refused": round(float((held.distances > limits.distance).mean()), 4),
    }
    for name, pictures in others.items():
        far = held.strangers[name] > limits.distance
        found[name] = {
            "refused": round(float((far | pictures.refused).mean()), 4),
            "refused_by_distance": round(float(far.mean()), 4),
            "slices": len(pictures.names),
        }
    given = coverage(held.probabilities(), held.truth, limits.unsure)
    unsure = {"threshold": limits.unsure, **{name: round(value, 4) for name, value in given.items()}}
    return {"unsure": unsure, "not_ct": found}
