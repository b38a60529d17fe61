"""Which bundle a model's name stands for."""

from pathlib import Path

from core.config.settings import Settings
from core.errors import InputError
from core.models.bundle import CARD

SHIPPED = "shipped"


def resolve(ref: str, settings: Settings) -> Path:
    """Find a bundle's folder.

    Args:
        ref: ``"shipped"``, or a path to a bundle's folder or to the bundle.json in it.
        settings: Where the shipped bundle lies.

    Returns:
        The folder; it is verified only when it is loaded.

    Raises:
        InputError: Nothing goes by that name.
    """
    if ref == SHIPPED:
        return settings.shipped_bundle
    path = Path(ref).expanduser()
    if path.name == CARD and path.is_file():
        return path.parent
    if ref and path.is_dir():
        return path
    raise InputError(
        f'No model goes by "{ref}". Use "{SHIPPED}" or the path of a bundle\'s folder.', "unknown-model"
    )
