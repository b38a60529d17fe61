"""A model's measured figures as single numbers by name, for MLflow's tables."""

import math
from collections.abc import Mapping
from typing import Any

from core.evaluation.report import HONEST, LEAKING
from core.tracking import entries

_SPLITS = dict.fromkeys(HONEST, "test") | dict.fromkeys(LEAKING, "random")
"""And what the names of their figures begin with; of two alike the first counts, as in the reports."""
_INTERVALS = ("macro_f1", "accuracy", "balanced_accuracy")
_NUMBERS = ("auc", "brier", "ece", "ece_before", "slices", "groups")
_OF_A_CLASS = ("precision", "recall", "f1", "auc")


def flat(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Figures by name; what isn't defined is left out.

    Args:
        metrics: As `core.evaluation.report` lays them out.

    Returns:
        ``test_macro_f1`` with ``test_macro_f1_low`` and ``_high``, ``test_auc``, ``test_brier``,
        ``test_ece``, ``test_ece_before``, ``test_CLASS_precision`` and so on, by patient block;
        ``random_...`` of slices dealt at random, which leaks; ``contrast_agreement`` and so on.
    """
    found: dict[str, Any] = {}
    for name, before in _SPLITS.items():
        if metrics.get(name):
            found = _split(metrics[name], before) | found
    found |= {f"contrast_{name}": value for name, value in (metrics.get("contrast") or {}).items()}
    for name, one in (metrics.get("declines") or {}).items():
        found |= {f"{name}_{key}": value for key, value in one.items() if not isinstance(value, Mapping)}
    for name, one in (metrics.get("external") or {}).items():
        found[f"external_{name}_recall"] = one.get("recall")
    return {entries.key(name): float(value) for name, value in found.items() if _is_number(value)}


def leaks(metrics: Mapping[str, Any]) -> bool:
    """Whether any of the figures are of a split that leaks: what the tag ``studio.leaks`` says."""
    return any((metrics.get(name) or {}).get("leaks", False) for name in _SPLITS)


def _split(split: Mapping[str, Any], before: str) -> dict[str, Any]:
    found: dict[str, Any] = {f"{before}_{name}": split.get(name) for name in _NUMBERS}
    for name in _INTERVALS:
        one = split.get(name)
        interval = one if isinstance(one, Mapping) else {"value": one}
        found[f"{before}_{name}"] = interval.get("value")
        found |= {f"{before}_{name}_{end}": interval.get(end) for end in ("low", "high")}
    for label, one in (split.get("per_class") or {}).items():
        found |= {f"{before}_{label}_{name}": one.get(name) for name in _OF_A_CLASS}
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
