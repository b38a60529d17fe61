"""The card of a registered version with all that is known of it: bundle, decisions, patient blocks."""

import json
from typing import Any

from core.config.settings import Settings
from core.errors import StudioError
from core.evaluation.report import FILE, HONEST
from core.models.bundle import load
from core.promotion import model_card
from core.tracking.registry.registry import Registry
from core.tracking.registry.values import Version
from core.tracking.runs.reader import Reader


def version(found: Version, settings: Settings) -> dict[str, Any]:
    """What the card says (`core.promotion.model_card.facts`).

    Args:
        found: The version.
        settings: Where registry, shelf and runs are.

    Raises:
        StudioError: Its bundle can't be had, or the registry can't be asked.
    """
    registry = Registry(settings)
    bundle = load(registry.bundle(found))
    return model_card.facts(bundle, found, registry.history(), _groups(found, Reader(settings)))


def _groups(found: Version, reader: Reader) -> list[dict[str, Any]]:
    """What became of each patient block; none where the run's files are gone."""
    try:
        scores = json.loads(reader.content(found.run, FILE))
        curves = scores["curves"]
        split = next(name for name in HONEST if name in curves)
        return list(curves[split]["groups"])
    except (StudioError, ValueError, KeyError, TypeError, StopIteration):
        return []
