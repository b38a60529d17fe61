"""Maps and how far to believe them as plain fields, the same for the command line and the API."""

from typing import Any

from core.domain import ModelRef
from core.explain.faithfulness.values import Trust
from core.explain.values import Ask, Explanation


def of(one: Explanation) -> dict[str, Any]:
    """A map without its values, ready for JSON.

    Returns:
        Among others ``grid``, the rows and columns of its own grid, and ``placement``, the square of the
        slice that the grid lies on, in the slice's pixels.
    """
    place = one.placement
    return {
        **asked(one.ask),
        "layer": one.layer,
        "peak": one.peak,
        "unit": one.unit,
        "flat": one.flat,
        "grid": list(one.raw.shape),
        "placement": {"left": place.left, "top": place.top, "side": place.side},
        "passes": one.passes,
        "milliseconds": round(one.milliseconds, 3),
        "model": model(one.model),
    }


def asked(ask: Ask) -> dict[str, Any]:
    """What was asked for: method and target."""
    return {"method": ask.method, "target": {"label": ask.target.label, "against": ask.target.against}}


def model(ref: ModelRef) -> dict[str, str]:
    """Which model was explained."""
    return {"name": ref.name, "version": ref.version, "digest": ref.digest}


def trust(found: Trust) -> dict[str, Any]:
    """How far a map can be believed: areas under its curves and under those of random maps, stability."""
    return {
        "level": found.level,
        "sentences": list(found.sentences),
        "deletion": round(found.deletion.area, 6),
        "insertion": round(found.insertion.area, 6),
        "random_deletion": _rounded(found.random_deletion),
        "random_insertion": _rounded(found.random_insertion),
        "stability": {name: round(float(value), 6) for name, value in found.stability.items()},
    }


def _rounded(areas: Any) -> list[float]:
    return [round(float(area), 6) for area in areas]
