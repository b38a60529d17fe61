"""The verbs about which model answers: measured against the one before, promoted, taken back."""

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from core.cli.following import follow
from core.cli.options import Json, say, when
from core.cli.runs import reader, runs, who
from core.config.settings import settings
from core.errors import InputError, StudioError
from core.literal import seen
from core.tracking.registry.values import CHALLENGER, Version, called

if TYPE_CHECKING:
    from core.promotion.gate import Gate
    from core.tracking.registry.values import Alias, Entry
    from core.tracking.runs.values import Run

app = typer.Typer()
app.add_typer(runs, name="runs")
Ref = Annotated[str, typer.Argument(metavar="REF", help="A run, or a version: v3, champion, challenger.")]
By = Annotated[str, typer.Option("--by", help="Who decides; the system's user if not given.")]
_SHORTEST: Final = 4
"""Letters of a run's id's beginning."""
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
    """Measure a model against the one that answers now, and say which lines it meets.

    A run's bundle gets a number, as by register; the same model answers as before.
    """
    found = _registered(ref)
    measured = _measured(found)
    say(measured.model_dump(mode="json"), _told(measured, found), as_json)


@runs.command()
def promote(
    ref: Ref,
    why: Annotated[str, typer.Option(help="Kept in the history; an override needs a reason.")] = "",
    by: By = "",
    override: Annotated[bool, typer.Option("--override", help="Promote although lines aren't met.")] = False,
    as_json: Json = False,
) -> None:
    """Measure a model, and let it answer from now on if it meets every line of the gate."""
    from core.promotion import promote as deciding

    if override and len(why.strip()) < deciding.REASON:
        # before minutes go by for nothing
        raise typer.BadParameter(
            f"an override needs a reason of at least {deciding.REASON} characters.", param_hint="--why"
        )
    found = _registered(ref)
    measured = _measured(found)
    if not as_json:
        typer.echo(seen(_told(measured, found)), err=True)
    entry = deciding.promote(found, measured, who(by), why, settings(), override=override)
    say(_entry(entry), _decided(entry), as_json)


@runs.command()
def challenge(
    ref: Annotated[
        str, typer.Argument(metavar="REF", help='A run, or a version: v3; "none" for none any more.')
    ],
    why: Annotated[str, typer.Option(help="Kept in the history.")] = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Name a model the challenger: it can be tried by that name, and answers nobody else."""
    from core.promotion import promote as deciding

    candidate = None if ref == "none" else _registered(ref)
    entry = deciding.challenge(candidate, who(by), why, settings())
    say(_entry(entry), _decided(entry), as_json)


@runs.command()
def rollback(
    why: Annotated[str, typer.Option(help="The reason, kept in the history.")],
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

    found = _known(ref)
    path = Registry(settings()).restore(found)
    say({**_version(found), "path": str(path)}, f"{found.ref} is whole again.", as_json)


@runs.command()
def card(ref: Ref, as_json: Json = False) -> None:
    """A registered model's card, from what was logged: in Markdown, or as values."""
    from core.promotion import card_of, model_card

    told = card_of.version(_known(ref), settings())
    say(told, model_card.render(told).rstrip("\n"), as_json)


def _registered(ref: str) -> Version:
    """The version that is meant; a run's bundle is registered where it isn't yet."""
    from core.tracking.registry.registry import Registry

    found = _meant(ref)
    return found if isinstance(found, Version) else Registry(settings()).register(found)


def _known(ref: str) -> Version:
    """The version that is meant, or that a run's bundle has already; nothing is registered."""
    from core.tracking.registry.registry import Registry

    found = _meant(ref)
    if isinstance(found, Version):
        return found
    several = [one for one in Registry(settings()).versions() if one.ours and one.digest == found.bundle]
    if not several:
        raise InputError(
            f"The run {found.short} is no registered version. `runs register {found.short}` makes it one.",
            "unknown-version",
        )
    return several[-1]


def _meant(ref: str) -> "Version | Run":
    """The version that goes by a name; else the run."""
    from core.tracking.registry.registry import Registry

    try:
        return Registry(settings()).version(ref)
    except InputError as unknown:
        # what is short or begins so is no run's id
        if unknown.code != "unknown-version" or ref.lower().startswith(("v", "ch")) or len(ref) < _SHORTEST:
            raise
    return reader().run(ref)


def _measured(version: Version) -> "Gate":
    from core.promotion import gate as gates
    from core.promotion import promote as deciding

    job = follow(deciding.measure(version, settings()).id, settings())
    try:
        return gates.parse(job.result["gate"])
    except KeyError:
        raise StudioError(f"The job {job.id} measured nothing. Measure it again.", "gate") from None


def _told(measured: "Gate", version: Version) -> str:
    on = f"{measured.slices:,} slices of {measured.groups:,} patient blocks of {measured.dataset}"
    lines = [
        f"{version.ref} against {measured.champion_name}, on {on if measured.slices else 'no common slices'}:"
    ]
    for one in measured.checks:
        limit = f" (limit {one.limit})" if one.limit else ""
        lines.append(f"  {_MARKS[one.met]:<18}{one.title}: {one.figure or '-'}{limit}. {one.sentence}")
    return "\n".join(lines)


def _version(one: Version) -> dict[str, Any]:
    return {
        "version": one.number, "digest": one.digest, "name": one.name, "bundle_version": one.bundle,
        "dataset": one.dataset, "run": one.run, "created": one.created, "aliases": list(one.aliases),
    }  # fmt: skip


def _line(one: Version) -> str:
    aliases = f"  {', '.join(one.aliases)}" if one.aliases else ""
    return f"{one.ref}  {when(one.created)}  {one.name} {one.bundle}  run {one.run[:8]}{aliases}"


def _entry(one: "Entry") -> dict[str, Any]:
    nothing = None if one.alias == CHALLENGER else "shipped"
    return {
        "at": one.at, "deed": one.deed, "alias": one.alias,
        "version": one.version or nothing, "before": one.before or nothing,
        "by": one.by, "why": one.why, "overridden": list(one.overridden),
    }  # fmt: skip


def _decided(one: "Entry") -> str:
    now, before = (_named(number, one.alias) for number in (one.version, one.before))
    over = f" Overridden: {', '.join(one.overridden)}." if one.overridden else ""
    why = f" {one.why}" if one.why else ""
    return f"{when(one.at)}  {one.deed}: {now}, before it {before}, by {one.by}.{why}{over}"


def _named(number: str, alias: "Alias") -> str:
    return "none" if alias == CHALLENGER and not number else called(number)
