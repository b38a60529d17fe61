"""Reading measured figures from a bundle's card, each under the split it is from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured share.

    Attributes:
        value: 0..1.
        low: Lower end of its 95 % interval, if it was computed.
        high: Upper end.
    """

    value: float
    low: float | None = None
    high: float | None = None


def figure(metrics: Mapping[str, Any], split: str, name: str) -> Figure | None:
    """A figure of a split, with its interval where the card has one; None where it has neither."""
    found = (metrics.get(split) or {}).get(name)
    if found is None:
        return None
    if isinstance(found, Mapping):
        return Figure(float(found["value"]), found.get("low"), found.get("high"))
    interval = (metrics[split].get("intervals") or {}).get(name) or (None, None)
    return Figure(float(found), *interval)
