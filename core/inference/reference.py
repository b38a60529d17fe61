"""Which bundle a model's name stands for."""

from pathlib import Path, PurePosixPath

from core.config.settings import Settings
from core.errors import InputError
from core.jobs import records
from core.models.bundle import CARD

SHIPPED = "shipped"
_LONGEST = 300


def resolve(ref: str, settings: Settings) -> Path:
    """Find a bundle's folder, for a person who may read every file here.

    Args:
        ref: ``"shipped"``, a path to a bundle's folder or to the bundle.json in it, or what `named` takes.
        settings: Where models and jobs lie.

    Returns:
        The folder; it is verified only when it is loaded.

    Raises:
        InputError: Nothing goes by that name.
    """
    if ref == SHIPPED:
        return settings.shipped_bundle
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
        ref: ``"shipped"``, a training job's id, or a folder's path below var/models.
        settings: Where models and jobs lie.

    Returns:
        The folder; it is verified only when it is loaded.

    Raises:
        InputError: Nothing goes by that name, or the job has made no model.
    """
    if ref == SHIPPED:
        return settings.shipped_bundle
    found = _of_job(ref, settings) or _below_models(ref, settings)
    if found is None:
        raise InputError(
            f'No model goes by "{ref[:80]}". Use "{SHIPPED}", the id of a finished training job, or the path '
            "of a bundle's folder.",
            "unknown-model",
        )
    return found


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
