"""The bundle that a run made, found on this machine or fetched from what the run logged."""

import hashlib
from pathlib import Path

from core.config.settings import Settings
from core.errors import BundleError, InputError
from core.models.bundle import CARD
from core.tracking.runs.reader import Reader
from core.tracking.runs.values import Run


def folder(run: Run, reader: Reader, settings: Settings) -> Path:
    """Where a run's bundle lies on this machine.

    Args:
        run: The run.
        reader: Where it is fetched from if it isn't here.
        settings: Where bundles are.

    Raises:
        InputError: The run made none.
        BundleError: It is nowhere on this machine and can't be fetched.
    """
    digest = run.bundle
    if not digest:
        raise InputError(f"{run.name} made no model that can be asked.", "no-bundle")
    for place in _places(run, settings):
        if _digest(place) == digest:
            return place
    raise BundleError(
        f"The model of {run.name} is not on this machine. Register it under Models, which fetches it.",
        "bundle-missing",
    )


def _places(run: Run, settings: Settings) -> list[Path]:
    """Where it would be: on the shelf, where its job put it, as the shipped one; then anywhere."""
    models = settings.var / "models"
    likely = [settings.var / "registry" / str(run.bundle), settings.shipped_bundle]
    if run.job:
        likely.insert(1, models / f"{run.dataset}-{run.job}")
    return [*likely, *(place.parent for place in models.glob(f"*/{CARD}"))]


def _digest(place: Path) -> str:
    try:
        return hashlib.sha256((place / CARD).read_bytes()).hexdigest()
    except OSError:
        return ""
