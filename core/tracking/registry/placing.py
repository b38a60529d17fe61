"""Makes the local file say what MLflow's aliases say, as far as the bundles can be had."""

from collections.abc import Sequence
from pathlib import Path

from core.config.settings import Settings
from core.errors import StudioError
from core.tracking.registry import history, in_use, settling, shelf, versions
from core.tracking.registry.history import Line
from core.tracking.registry.in_use import Place
from core.tracking.registry.settling import ALIASES
from core.tracking.registry.values import Alias, Version, called
from core.tracking.registry.versions import Model

Ready = dict[str, tuple[Version, Path] | StudioError]
"""A version and its bundle on the shelf, or why that can't be had, by the version's number."""


def ready(model: Model, settings: Settings) -> Ready:
    """Have the bundles of the aliases here; by number; the reason where one can't be had."""
    found: Ready = {}
    for number in filter(None, map(model.at, ALIASES)):
        try:
            found[number] = _had(number, model, settings)
        except StudioError as error:
            found[number] = error
    return found


def placed(
    model: Model, of: Sequence[Line], ready: Ready, settings: Settings
) -> tuple[bool, StudioError | None]:
    """Make the local file say what the aliases say, as far as bundles are here or can be had.

    Args:
        model: As it is now.
        of: Its history.
        ready: From `ready`; what isn't in it is fetched now.
        settings: Where things are.

    Returns:
        Whether the file had to be replaced, and why a bundle can't be had; what was in use in its place
        goes on to be.

    Raises:
        StorageError: The disk is full or can't be written to.
    """
    before = in_use.read(settings)
    places, trouble = dict(before), None
    for alias in ALIASES:
        try:
            found = _place(alias, model, of, ready, settings)
        except StudioError as error:
            trouble = trouble or error
            continue
        places.pop(alias, None)
        if found:
            places[alias] = found
    changed = places != before or in_use.damaged(settings)
    if changed:
        in_use.write(places, settings)
    return changed, trouble


def fetched(version: Version, settings: Settings, *, again: bool = False) -> Path:
    """A version's bundle on the shelf.

    Raises:
        StudioError: It has none, or it can't be had.
    """
    if not version.ours:
        raise StudioError(
            f"{version.ref} was registered by another program and has no bundle, so it can't answer here. "
            "Register a run of this app.",
            "no-bundle",
        )
    return shelf.fetched(
        version.digest, version.run, version.tags.get("studio.job", ""), settings, again=again
    )


def _place(alias: Alias, model: Model, of: Sequence[Line], ready: Ready, settings: Settings) -> Place | None:
    number = model.at(alias)
    if not number:
        return None
    found = ready.get(number)
    if isinstance(found, StudioError):
        raise type(found)(f"{called(number)} is {alias} but can't answer here. {found.sentence}", found.code)
    version, folder = found or _had(number, model, settings)
    last = history.newest(of, alias)
    if last is None or last.version != number:
        # only where the registry was changed this very moment
        last = settling.outside(alias, number, "")
    return Place(number, version.digest, str(folder.resolve()), last.at, last.by, last.why)


def _had(number: str, model: Model, settings: Settings) -> tuple[Version, Path]:
    """A version by its number, and its bundle on the shelf."""
    version = versions.one(number, settings, model)
    if version is None:
        raise StudioError(
            f"{called(number)} was deleted in MLflow, and its alias was left. Promote another version.",
            "version-gone",
        )
    return version, fetched(version, settings)
