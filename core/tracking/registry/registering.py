"""A run's bundle becomes a version: once, however often and by however many it is asked for."""

from core.config.settings import Settings
from core.errors import InputError
from core.models.bundle import CARD, load
from core.tracking.registry import shelf, versions
from core.tracking.registry.asking import asking, connected, missing, theirs
from core.tracking.registry.values import Version
from core.tracking.runs.values import Run


def fetched(run: Run, settings: Settings) -> str:
    """See that a run's bundle can be registered, and have it on the shelf.

    Args:
        run: The run.
        settings: Where things are.

    Returns:
        The bundle's digest.

    Raises:
        InputError: The run goes on, is archived or made no bundle.
        StudioError: The bundle's files can't be had.
    """
    digest = _digest(run)
    _loadable(run, settings)
    shelf.fetched(digest, run.id, run.job or "", settings)
    return digest


def registered(run: Run, digest: str, settings: Settings) -> Version:
    """A version of a bundle that is on the shelf. Only for who is alone on this machine.

    Args:
        run: The run that made it.
        digest: The bundle's.
        settings: Where the registry is.

    Raises:
        AwayError: The registry can't be asked now.
    """
    if found := _first(digest, settings):
        return found
    made = versions.made(run, load(shelf.place(digest, settings)), settings)
    found = _first(digest, settings)
    if found is None or found.number == made.number:
        return made
    # another machine was first at the same moment; ours has no alias yet
    versions.withdrawn(made.number, settings)
    return found


def _first(digest: str, settings: Settings) -> Version | None:
    """The first version of a digest."""
    there = versions.listing(settings, versions.model(settings))
    return next((one for one in reversed(there) if one.digest == digest), None)


def _digest(run: Run) -> str:
    if run.live:
        raise InputError(f"{_named(run)} still goes on. Register it once it has ended.", "run-live")
    if run.archived:
        raise InputError(f"{_named(run)} is archived. Restore it, then register it.", "run-archived")
    if not run.bundle or not shelf.DIGEST.fullmatch(run.bundle):
        raise InputError(
            f"{_named(run)} made no bundle, so there is nothing to register. Choose a training that ended "
            "well.",
            "no-bundle",
        )
    return run.bundle


def _loadable(run: Run, settings: Settings) -> None:
    """See that a version of the run has something to load on any machine, not only on this one."""
    client = connected(settings)
    with asking(settings):
        try:
            there = {one.path for one in client.list_artifacts(run.id, shelf.ARTEFACT)}
        except theirs() as error:
            if missing(error):
                raise InputError(f"{_named(run)} isn't in MLflow any more.", "unknown-run") from None
            raise
    if f"{shelf.ARTEFACT}/{CARD}" not in there:
        raise InputError(
            f"The bundle of {_named(run)} isn't among its artefacts. It may not be delivered yet: try again "
            "later, or restore the files.",
            "no-artefact",
        )


def _named(run: Run) -> str:
    return f"Run {run.short} ({run.name[:60]})"
