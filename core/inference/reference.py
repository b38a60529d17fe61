"""Which bundle a model's name stands for."""

from pathlib import Path, PurePosixPath
from typing import Final

from core.config.settings import Settings
from core.errors import InputError
from core.inference import registered
from core.inference.places import places
from core.jobs import records
from core.models.bundle import CARD
from core.tracking.registry.values import SHIPPED

IN_USE: Final = "in-use"
"""The champion where there is one, else the shipped model."""
_LONGEST = 300


def resolve(ref: str, settings: Settings) -> Path:
    """Find a bundle's folder, for a person who may read every file here; a registered one is fetched.

    Args:
        ref: What `named` takes, or a path to a bundle's folder or to the bundle.json in it. A folder that
            is called like a registered model goes by ``./champion``.
        settings: Where models and jobs lie.

    Returns:
        The folder; it is verified only when it is loaded.

    Raises:
        InputError: Nothing goes by that name.
        StudioError: The registry can't be asked, or the bundle not be fetched.
    """
    known = _known(ref, settings, fetch=True)
    if known is not None:
        return known
    try:
        path = Path(ref).expanduser()
        if path.name == CARD and path.is_file():
            return path.parent
        if ref and path.is_dir():
            return path
    except (OSError, RuntimeError, ValueError):  # too long a name, no such user, a null character
        pass
    return named(ref, settings)


def named(ref: str, settings: Settings) -> Path:
    """Find a bundle's folder by a name that may come from anybody: an address can't leave var/models.

    Args:
        ref: ``"shipped"``, ``"champion"``, ``"challenger"``, a registered version as ``"v3"`` that is on
            this machine, `IN_USE`, a training job's id, or a folder's path below var/models.
        settings: Where models and jobs lie.

    Returns:
        The folder; it is verified only when it is loaded.

    Raises:
        InputError: Nothing goes by that name, or the job has made no model.
        StudioError: The registry can't be asked about a version.
    """
    found = _known(ref, settings, fetch=False) or _of_job(ref, settings) or _below_models(ref, settings)
    if found is None:
        raise InputError(
            f'No model goes by "{ref[:80]}". Use "{SHIPPED}", "champion", a registered version as v3, the id '
            "of a finished training job, or the path of a bundle's folder.",
            "unknown-model",
        )
    return found


def _known(ref: str, settings: Settings, fetch: bool) -> Path | None:
    """The folder of what goes by a word rather than by a place."""
    if ref == IN_USE:
        champion = places(settings).champion
        return Path(champion.folder) if champion else settings.shipped_bundle
    return settings.shipped_bundle if ref == SHIPPED else registered.find(ref, settings, fetch)


def _of_job(ref: str, settings: Settings) -> Path | None:
    try:
        job = records.read(ref, settings)
    except (InputError, OSError, ValueError):
        return None
    made = job.result.get("bundle")
    if job.state != "succeeded" or not isinstance(made, str) or not made:
        raise InputError(f"The job {ref} has made no model: it is {job.state}.", "unknown-model")
    return Path(made)


def _below_models(ref: str, settings: Settings) -> Path | None:
    parts = PurePosixPath(ref).parts
    odd = not ref.isprintable() or "\\" in ref or any(part.startswith((".", "/", "~")) for part in parts)
    if odd or not parts or len(ref) > _LONGEST:
        return None
    models = (settings.var / "models").resolve()
    try:
        path = models.joinpath(*parts).resolve()
        # a link may lead elsewhere: what counts is where it ends
        return path if path.is_relative_to(models) and path.is_dir() else None
    except (OSError, RuntimeError):
        return None
