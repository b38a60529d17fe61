"""Versions of the one registered model: read whoever made them, and made of a run's bundle."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from core.config.settings import Settings
from core.errors import InputError
from core.models.bundle import Bundle
from core.tracking import logged_model, store, trouble
from core.tracking.registry.asking import asking, connected, missing, theirs
from core.tracking.registry.shelf import ARTEFACT, DIGEST
from core.tracking.registry.values import CHALLENGER, CHAMPION, Alias, Version
from core.tracking.runs.values import Run

_PAGE = 500
_EXISTS: Final = "RESOURCE_ALREADY_EXISTS"
_INVALID: Final = "INVALID_PARAMETER_VALUE"


@dataclass(frozen=True, slots=True)
class Model:
    """The registered model itself.

    Attributes:
        aliases: The version's number, by alias.
        tags: By name; the history is among them.
    """

    aliases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def at(self, alias: Alias) -> str:
        """The number of the version that has an alias; "" where none has. What answers doesn't challenge."""
        number = self.aliases.get(alias, "")
        return "" if alias == CHALLENGER and self.twice else number

    @property
    def twice(self) -> bool:
        """Whether what answers has the challenger's alias too, as after a promotion that was cut off."""
        return bool(self.aliases.get(CHALLENGER)) and self.aliases[CHALLENGER] == self.aliases.get(CHAMPION)


def model(settings: Settings) -> Model:
    """The registered model; an empty one where nothing was ever registered.

    Raises:
        AwayError: The registry can't be asked now.
    """
    client = connected(settings)
    with asking(settings):
        try:
            found = client.get_registered_model(settings.model_name)
        except theirs() as error:
            if missing(error):
                return Model()
            if trouble.code(error) == _INVALID:
                raise _misnamed(settings.model_name, error) from None
            raise
    aliases = {name: str(number) for name, number in (found.aliases or {}).items()}
    return Model(MappingProxyType(aliases), MappingProxyType(dict(found.tags or {})))


def listing(settings: Settings, of: Model) -> list[Version]:
    """Every version, newest first.

    Args:
        settings: Where the registry is.
        of: The model as it is now; its aliases are given to its versions.

    Raises:
        AwayError: The registry can't be asked now.
    """
    client, found, token = connected(settings), [], None
    wanted = _named(settings.model_name)
    with asking(settings):
        while True:
            page = client.search_model_versions(wanted, max_results=_PAGE, page_token=token)
            found.extend(page)
            token = page.token
            if not token:
                break
    several = [_version(one, of.aliases) for one in found if one.name == settings.model_name]
    return sorted(several, key=lambda one: int(one.number), reverse=True)


def one(number: str, settings: Settings, of: Model) -> Version | None:
    """A version by its number; None where there is none, or no longer.

    Raises:
        AwayError: The registry can't be asked now.
    """
    client = connected(settings)
    with asking(settings):
        try:
            return _version(client.get_model_version(settings.model_name, number), of.aliases)
        except theirs() as error:
            if missing(error):
                return None
            raise


def made(run: Run, bundle: Bundle, settings: Settings) -> Version:
    """Make a version of a run's bundle.

    Args:
        run: The run.
        bundle: Its bundle, on the shelf.
        settings: Where the registry is.

    Raises:
        InputError: MLflow refuses the model's name.
        AwayError: The registry can't be asked now.
    """
    client, card = connected(settings), bundle.card
    tags = {
        "studio.bundle": bundle.digest,
        "studio.name": card.name,
        "studio.bundle_version": card.version,
        "studio.dataset": run.dataset,
        "studio.manifest": str(card.data.get("manifest", run.tags.get("studio.manifest", ""))),
        "studio.job": run.job or "",
    }
    with asking(settings):
        _have(client, settings.model_name)
        source, own = _source(client, run, settings)
        found = client.create_model_version(settings.model_name, source, run.id, tags=tags, model_id=own)
        return _version(found, {})


def withdrawn(number: str, settings: Settings) -> None:
    """Delete a version that was made twice."""
    client = connected(settings)
    with asking(settings):
        client.delete_model_version(settings.model_name, number)


def _have(client: Any, name: str) -> None:
    """Make the registered model where there is none."""
    try:
        client.get_registered_model(name)
    except theirs() as error:
        if not missing(error):
            raise
        _make(client, name)


def _make(client: Any, name: str) -> None:
    try:
        client.create_registered_model(name, description="Models of the Kidney CT Studio.")
    except theirs() as error:
        if trouble.code(error) != _EXISTS:
            raise


def _misnamed(name: str, error: Exception) -> InputError:
    return InputError(
        f'MLflow takes no model of the name "{name[:60]}": {trouble.brief(error)}. Set another one with '
        "KCS_MODEL_NAME.",
        "model-name",
    )


def _source(client: Any, run: Run, settings: Settings) -> tuple[str, str | None]:
    """Where MLflow finds what it loads: the run's logged model, else the bundle's files.

    A server looks a ``models:/m-...`` up by itself. A database is asked by MLflow's client, which looks
    at the process's own address for it and not at the one it was made for, so there its place is named.
    """
    for one in _logged(client, run):
        if urlsplit(store.uri(settings)).scheme in ("http", "https"):
            return f"models:/{one.model_id}", str(one.model_id)
        return str(one.artifact_location), str(one.model_id)
    return f"{client.get_run(run.id).info.artifact_uri.rstrip('/')}/{ARTEFACT}", None


def _logged(client: Any, run: Run) -> Iterable[Any]:
    outputs = getattr(client.get_run(run.id), "outputs", None)
    for output in getattr(outputs, "model_outputs", None) or ():
        try:
            found = client.get_logged_model(output.model_id)
        except theirs() as error:
            if missing(error):
                continue
            raise
        if found.name == logged_model.NAME and str(found.status) == "READY":
            yield found


def _named(name: str) -> str | None:
    """MLflow's filter for a model's name, which it can't have escaped; None where it takes none."""
    quote = next((mark for mark in ("'", '"') if mark not in name), None)
    return f"name = {quote}{name}{quote}" if quote else None


def _version(found: Any, aliases: Mapping[str, str]) -> Version:
    tags, number = dict(found.tags or {}), str(found.version)
    digest = tags.get("studio.bundle", "")
    return Version(
        number=number,
        run=found.run_id or "",
        # it becomes a folder's name, and another program may have written anything
        digest=digest if DIGEST.fullmatch(digest) else "",
        name=tags.get("studio.name", ""),
        bundle=tags.get("studio.bundle_version", ""),
        dataset=tags.get("studio.dataset", ""),
        created=(found.creation_timestamp or 0) / 1000,
        aliases=tuple(sorted(name for name, own in aliases.items() if own == number)),
        tags=MappingProxyType(tags),
    )
