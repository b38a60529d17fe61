"""How often answers like this one were right, as a sentence."""

from collections.abc import Mapping
from typing import Any, Final

from core.evaluation import report
from core.inference.words import percent

# of fewer slices the share that was right says little
ENOUGH: Final = 20


def sentence(metrics: Mapping[str, Any], probability: float) -> str | None:
    """Of the slices given about this probability, how many were right on unseen patients.

    Args:
        metrics: The bundle's measurements.
        probability: The answer's, 0..1.

    Returns:
        The sentence; None where nothing was measured near this probability.
    """
    bins = report.honest(metrics)[1].get("reliability") or []
    for one in bins:
        if one["low"] <= probability <= one["high"] and one["count"] >= ENOUGH:
            return (
                f"Of {one['count']:,} test slices given {percent(one['low'])} to {percent(one['high'])}, "
                f"{percent(one['accuracy'])} were right, on patients the model never saw."
            )
    return None
