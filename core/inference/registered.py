"""Bundles of the registry by what people call them: champion, challenger, v3."""

import re
import time
from functools import lru_cache
from pathlib import Path
from typing import Final

from core.config.settings import Settings
from core.errors import InputError, StudioError
from core.inference.places import places
from core.tracking import store
from core.tracking.registry import in_use
from core.tracking.registry.values import CHALLENGER, CHAMPION

_NUMBER: Final = re.compile(r"v?0*([1-9][0-9]{0,8})")
_KNOWN_S: Final = 30.0
"""That an answer of MLflow about a version is good for: a page asks several times in a second."""


def find(ref: str, settings: Settings, fetch: bool) -> Path | None:
    """The folder of a registered bundle; it is verified only when it is loaded.

    Args:
        ref: ``"champion"``, ``"challenger"``, ``"v3"`` or ``"3"``.
        settings: Where the registry is.
        fetch: Ask MLflow for what isn't known on this machine, and fetch what isn't here; otherwise only
            what is on the shelf is found.

    Returns:
        The folder; None where the name is none of these.

    Raises:
        InputError: Nothing goes by that name, or it isn't on this machine.
        StudioError: The registry can't be asked, or the bundle not be fetched.
    """
    number = _NUMBER.fullmatch(ref)
    if ref not in (CHAMPION, CHALLENGER) and not number:
        return None
    known = places(settings)
    for alias, place in known.by_alias.items():
        if ref == alias or (number and place.version == number[1]):
            return Path(place.folder)
    name = f"v{number[1]}" if number else ref
    if not number and known.trouble:
        raise InputError(known.trouble, "unknown-model")
    if not store.there(settings) or not (number or fetch):
        raise InputError(_none(name), "unknown-model")
    return _fetched(name, settings) if fetch else _here(name, settings)


def _none(name: str) -> str:
    if name in (CHAMPION, CHALLENGER):
        return f"There is no {name}. Promote a model on Experiments, Models, or name another one."
    return f"There is no registered version {name}: none is registered yet. Register a run, or name another."


def _fetched(name: str, settings: Settings) -> Path:
    # the registry comes with MLflow, and most names need neither
    from core.tracking.registry.registry import Registry

    registry = Registry(settings)
    return registry.bundle(registry.version(name))


def _here(name: str, settings: Settings) -> Path:
    found = _digest(name, settings, int(time.monotonic() / _KNOWN_S))
    if isinstance(found, StudioError):
        raise type(found)(found.sentence, found.code)
    path = in_use.shelf(settings) / found
    if not found or not path.is_dir():
        raise InputError(
            f"{name} is registered, but its bundle is not on this machine. Look at its gate on Experiments, "
            "Models: that fetches it.",
            "not-here",
        )
    return path


@lru_cache(maxsize=64)
def _digest(name: str, settings: Settings, period: int) -> str | StudioError:  # noqa: ARG001
    from core.tracking.registry.registry import Registry

    try:
        return Registry(settings).version(name).digest
    except StudioError as error:
        return error
