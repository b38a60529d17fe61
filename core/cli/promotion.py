"""The verbs about which model answers: measured against the one before, promoted, taken back."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.following import follow
from core.cli.options import Json, say
from core.cli.runs import reader, runs, who
from core.config.settings import settings
from core.errors import InputError, StudioError

if TYPE_CHECKING:
    from core.promotion.gate import Gate
    from core.tracking.registry.values import Entry, Version

app = typer.Typer()
app.add_typer(runs, name="runs")
Ref = Annotated[str, typer.Argument(metavar="REF", help="A run, or a version: v3, champion, challenger.")]
By = Annotated[str, typer.Option("--by", help="Who decides; the system's user if not given.")]
_MARKS = {True: "met", False: "NOT MET", None: "can't be measured"}


@runs.command()
def versions(as_json: Json = False) -> None:
    """Registered models, newest first."""
    from core.tracking.registry.registry import Registry

    for one in Registry(settings()).versions():
        say(_version(one), _line(one), as_json)


@runs.command()
def register(run: Ref, as_json: Json = False) -> None:
    """Give the bundle that a run made a number; it has that already if it was registered before."""
    found = _registered(run)
    say(_version(found), _line(found), as_json)


@runs.command()
def gate(ref: Ref, as_json: Json = False) -> None:
    """Measure a model against the one that answers now, and say which lines it meets. Nothing changes."""
    found = _registered(ref)
    measured = _measured(found)
    say(measured.model_dump(mode="json"), _told(measured, found), as_json)


@runs.command()
def promote(
    ref: Ref,
    why: Annotated[str, typer.Option(help="The reason, kept in the history; an override needs one.")] = "",
    by: By = "",
    override: Annotated[bool, typer.Option("--override", help="Promote although lines aren't met.")] = False,
    as_json: Json = False,
) -> None:
    """Measure a model, and let it answer from now on if it meets every line of the gate."""
    from core.promotion import promote as deciding

    found = _registered(ref)
    measured = _measured(found)
    if not as_json:
        typer.echo(_told(measured, found), err=True)
    entry = deciding.promote(found, measured, who(by), why, settings(), override=override)
    say(_entry(entry), _decided(entry), as_json)


@runs.command()
def challenge(
    ref: Ref, why: Annotated[str, typer.Option(help="The reason.")] = "", by: By = "", as_json: Json = False
) -> None:
    """Name a model the challenger: it can be tried by that name, and answers nobody else."""
    from core.promotion import promote as deciding

    entry = deciding.challenge(_registered(ref), who(by), why, settings())
    say(_entry(entry), _decided(entry), as_json)


@runs.command()
def rollback(
    why: Annotated[str, typer.Option(help="The reason, kept in the history.")] = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Let the model answer again that did before the champion; the shipped one where there was none."""
    from core.promotion import promote as deciding

    entry = deciding.rollback(who(by), why, settings())
    say(_entry(entry), _decided(entry), as_json)


@runs.command()
def history(as_json: Json = False) -> None:
    """Who let which model answer, when and why, newest first."""
    from core.tracking.registry.registry import Registry

    for entry in Registry(settings()).history():
        say(_entry(entry), _decided(entry), as_json)


@runs.command()
def restore(ref: Ref, as_json: Json = False) -> None:
    """Fetch a registered model's bundle again, in the place of a damaged one."""
    from core.tracking.registry.registry import Registry

    registry = Registry(settings())
    found = registry.version(ref)
    path = registry.restore(found)
    say({**_version(found), "path": str(path)}, f"{found.ref} is whole again.", as_json)


@runs.command()
def card(ref: Ref, as_json: Json = False) -> None:
    """A registered model's card, from what was logged: in Markdown, or as values."""
    from core.promotion import card_of, model_card

    told = card_of.version(_registered(ref), settings())
    typer.echo(json.dumps(told) if as_json else model_card.render(told), nl=as_json)


def _registered(ref: str) -> "Version":
    """The version that is meant; a run's bundle is registered where it isn't yet."""
    from core.tracking.registry.registry import Registry

    registry = Registry(settings())
    try:
        return registry.version(ref)
    except InputError as unknown:
        try:
            run = reader().run(ref)
        except InputError as error:
            raise unknown if ref.startswith("v") and ref[1:].isdecimal() else error from None
    return registry.register(run)


def _measured(version: "Version") -> "Gate":
    from core.promotion import gate as gates
    from core.promotion import promote as deciding

    job = follow(deciding.measure(version, settings()).id, settings())
    try:
        return gates.parse(job.result["gate"])
    except KeyError:
        raise StudioError(f"The job {job.id} measured nothing. Measure it again.", "gate") from None


def _told(measured: "Gate", version: "Version") -> str:
    on = f"{measured.slices:,} slices of {measured.groups:,} patient blocks of {measured.dataset}"
    lines = [
        f"{version.ref} against {measured.champion_name}, on {on if measured.slices else 'no common slices'}:"
    ]
    for one in measured.checks:
        limit = f" (limit {one.limit})" if one.limit else ""
        lines.append(f"  {_MARKS[one.met]:<18}{one.title}: {one.figure or '-'}{limit}. {one.sentence}")
    return "\n".join(lines)


def _version(one: "Version") -> dict[str, Any]:
    return {
        "version": one.number, "digest": one.digest, "name": one.name, "bundle_version": one.bundle,
        "dataset": one.dataset, "run": one.run, "created": one.created, "aliases": list(one.aliases),
    }  # fmt: skip


def _line(one: "Version") -> str:
    aliases = f"  {', '.join(one.aliases)}" if one.aliases else ""
    return f"{one.ref}  {_when(one.created)}  {one.name} {one.bundle}  run {one.run[:8]}{aliases}"


def _entry(one: "Entry") -> dict[str, Any]:
    return {
        "at": one.at, "deed": one.deed,
        "version": one.version or "shipped", "before": one.before or "shipped",
        "by": one.by, "why": one.why, "overridden": list(one.overridden),
    }  # fmt: skip


def _decided(one: "Entry") -> str:
    now = f"v{one.version}" if one.version else "the shipped model"
    before = f"v{one.before}" if one.before else "the shipped model"
    over = f" Overridden: {', '.join(one.overridden)}." if one.overridden else ""
    why = f" {one.why}" if one.why else ""
    return f"{_when(one.at)}  {one.deed}: {now}, before it {before}, by {one.by}.{why}{over}"


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
