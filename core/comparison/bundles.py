"""The bundle that a run made, found on this machine or fetched from what the run logged."""

import hashlib
from pathlib import Path

from core.config.settings import Settings
from core.errors import InputError
from core.models.bundle import CARD
from core.tracking.registry import shelf
from core.tracking.runs.values import Run


def folder(run: Run, settings: Settings) -> Path:
    """Where a run's bundle lies on this machine; fetched from the run's files where it isn't there yet.

    Args:
        run: The run.
        settings: Where bundles and runs are.

    Raises:
        InputError: The run made none.
        StudioError: It can't be fetched.
        AwayError: The place of files can't be reached now.
    """
    digest = run.bundle
    if not digest or not shelf.DIGEST.fullmatch(digest):
        raise InputError(f"{run.name[:60]} made no model that can be asked.", "no-bundle")
    here = next((place for place in _places(run, digest, settings) if _digest(place) == digest), None)
    return here or shelf.fetched(digest, run.id, run.job or "", settings)


def _places(run: Run, digest: str, settings: Settings) -> list[Path]:
    """Where it would be: on the shelf, where a training puts it, as the shipped one."""
    trained = f"{run.dataset}-{run.job}"
    models = settings.var / "models"
    # a tag may hold anything, and a folder's name may not
    usual = [models / trained] if Path(trained).name == trained else []
    return [shelf.place(digest, settings), *usual, settings.shipped_bundle]


def _digest(place: Path) -> str:
    try:
        return hashlib.sha256((place / CARD).read_bytes()).hexdigest()
    except OSError:
        return ""
