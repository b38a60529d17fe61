"""Reading measured figures from a bundle's card (`core.evaluation.report` has the schema)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured share.

    Attributes:
        value: 0..1.
        low: Lower end of its 95 % interval.
        high: Upper end.
    """

    value: float
    low: float
    high: float


def figure(metrics: Mapping[str, Any], split: str, name: str) -> Figure | None:
    """A figure of a split; None where it was not measured."""
    found = (metrics.get(split) or {}).get(name)
    return Figure(found["value"], found["low"], found["high"]) if found else None


def size(metrics: Mapping[str, Any], split: str) -> str:
    """What a split was measured on, e.g. ``1,000 slices of 120 patient blocks in 5 folds, dealt 5 times``."""
    found = metrics.get(split) or {}
    if not {"slices", "groups"} <= found.keys():
        return ""
    times, folds = len(found.get("dealings") or [0]), found.get("folds") or 1
    dealt = f", dealt {times} times" if times > 1 else ""
    parts = f" in {folds} folds{dealt}" if folds > 1 else ""
    return f"{found['slices']:,} slices of {found['groups']:,} patient blocks{parts}"


def told(found: Any) -> Figure | None:
    """A figure as a job's result has it: with its interval, or a bare share; None where it is neither."""
    if isinstance(found, Mapping) and {"value", "low", "high"} <= found.keys():
        return Figure(found["value"], found["low"], found["high"])
    if isinstance(found, int | float):
        return Figure(float(found), float(found), float(found))
    return None
