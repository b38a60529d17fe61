"""The verbs about runs: what the Experiments page shows, for a shell and for a script."""

import getpass
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from core.cli.options import Json, say, when
from core.config.settings import settings
from core.errors import StudioError

if TYPE_CHECKING:
    from core.comparison.figures import Measured, Verdict
    from core.tracking.runs.reader import Reader
    from core.tracking.runs.values import Run

runs = typer.Typer(
    no_args_is_help=True, help="List, compare and export runs; promote a model, and roll back."
)
Id = Annotated[str, typer.Argument(metavar="RUN", help="Its id, or the beginning of it.")]
Ids = Annotated[list[str], typer.Argument(metavar="RUN...", help="Their ids, or the beginnings of them.")]
_NAME_LETTERS = 60


@runs.command("list")
def listing(
    experiment: Annotated[list[str] | None, typer.Option(help="Of this experiment only; repeatable.")] = None,
    filter_: Annotated[
        str, typer.Option("--filter", help='In MLflow\'s language, e.g. "metrics.test_macro_f1 > 0.6".')
    ] = "",
    order: Annotated[
        str, typer.Option(help='In MLflow\'s language, e.g. "metrics.test_macro_f1 DESC".')
    ] = "",
    archived: Annotated[bool, typer.Option("--archived", help="Archived ones instead.")] = False,
    parts: Annotated[bool, typer.Option("--parts", help="Folds, trials and other parts too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=50_000, help="So many at most.")] = 50,
    as_json: Json = False,
) -> None:
    """Runs, newest first, each with its figure on patients that it never saw."""
    from core.tracking.runs.values import Query

    query = Query(tuple(experiment or ()), filter_, (), "only" if archived else "no", parts, order)
    for run in reader().runs(query, limit):
        say(fields(run), line(run), as_json)


@runs.command()
def show(run: Id, as_json: Json = False) -> None:
    """One run: parameters, metrics, tags, files, parts; the rest also where its files can't be listed."""
    from core.tracking.runs.values import plain

    here = reader()
    found = here.run(run)
    files, trouble = _files(here, found)
    parts = [one.id for one in here.parts(found.id)]
    more = {
        "parameters": dict(found.parameters),
        "metrics": plain(found.metrics),
        "tags": dict(found.tags),
        "files": files,
        "files_trouble": trouble or None,
        "parts": parts,
    }
    said = [line(found)]
    said += [f"  {name} = {_flat(value)}" for name, value in sorted(found.parameters.items())]
    said += [f"  {name}: {_digits(value)}" for name, value in sorted(found.metrics.items())]
    said += [f"  tag {name}: {_flat(value)}" for name, value in sorted(found.tags.items())]
    said += [f"  files: {', '.join(map(_flat, files)) or trouble or 'none'}"]
    said += [f"  parts: {', '.join(one[:8] for one in parts) or 'none'}"]
    say({**fields(found), **more}, "\n".join(said), as_json)


@runs.command()
def compare(
    run: Ids,
    everything: Annotated[bool, typer.Option("--all", help="Also what is the same in all of them.")] = False,
    as_json: Json = False,
) -> None:
    """What is different between runs, and whether a difference in macro F1 is larger than chance."""
    from core.comparison import differences, figures, loading

    here = reader()
    found = _runs(here, run)
    if len(found) < 2:
        raise typer.BadParameter("name at least two different runs.", param_hint="RUN...")
    several = loading.several(found, here)
    first, *others = several
    lines, rows, grounds = (
        figures.lines(several),
        differences.rows(several, everything),
        figures.grounds(several),
    )
    verdicts = [(other.run, figures.difference(first, other)) for other in others]
    told = {
        "runs": [fields(one) for one in found],
        "grounds": grounds,
        "figures": [{"name": one.name, "values": [_measured(each) for each in one.values]} for one in lines],
        "differences": [{"name": one.name, "values": list(one.values), "same": one.same} for one in rows],
        "verdicts": [{"run": other.id, "against": first.run.id, **_verdict(one)} for other, one in verdicts],
    }
    said = [line(one) for one in found] + ([f"  {grounds}"] if grounds else [])
    said += [
        f"  {one.label}: {', '.join(_digits(each.value) if each else '-' for each in one.values)}"
        for one in lines
    ]
    said += [f"  {one.name}: {', '.join(_flat(value or '-') for value in one.values)}" for one in rows]
    said += [f"{other.short} against {first.run.short}: {one.sentence}" for other, one in verdicts]
    say(told, "\n".join(said), as_json)


@runs.command()
def export(
    run: Ids,
    kind: Annotated[Literal["csv", "json", "html"], typer.Option("--format", help="Of the file.")] = "csv",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; on stdout if not given.")
    ] = None,
) -> None:
    """Runs as a table, as JSON, or as a report with figures that needs nothing else."""
    from core.comparison import export as exporting
    from core.storage import write_text, writing

    here = reader()
    found = _runs(here, run)
    if kind == "html":
        text = exporting.report(found, here, settings())
    else:
        text = exporting.as_csv(found) if kind == "csv" else exporting.as_json(found)
    if out is None:
        # as it is: otherwise what looks like a colour is cut out of others' words
        typer.echo(text, nl=not text.endswith("\n"), color=True)
        return
    with writing(out.parent):
        out.parent.mkdir(parents=True, exist_ok=True)
    write_text(out, text)
    typer.echo(f"{out} has {len(found)} run{'s' if len(found) != 1 else ''}.", err=True)


def reader() -> "Reader":
    """The reader of the runs that the settings name."""
    from core.tracking.runs.reader import Reader

    return Reader(settings())


def who(by: str) -> str:
    """Who decides: as given, else as the system knows them."""
    try:
        return by.strip() or getpass.getuser()
    except (OSError, KeyError):  # a user without a name
        return "unknown"


def fields(run: "Run") -> dict[str, Any]:
    """A run for a program, without what `runs show` tells."""
    from core.tracking.runs.values import flattering, headline

    honest = headline(run)
    return {
        "id": run.id,
        "name": run.name,
        "experiment": run.experiment,
        "state": run.state,
        "started": run.started,
        "ended": run.ended,
        "archived": run.archived,
        "parent": run.parent,
        "dataset": run.dataset,
        "job": run.job,
        "bundle": run.bundle,
        "leaks": run.leaks,
        "macro_f1": {
            "value": honest.value, "low": _number(honest.low), "high": _number(honest.high),
            "split": honest.split,
        } if honest else None,
        "macro_f1_leaking": flattering(run),
    }  # fmt: skip


def line(run: "Run") -> str:
    """A run on one line; what leaks says so."""
    from core.tracking.runs.values import flattering, headline

    honest, leaking = headline(run), flattering(run)
    began = "" if run.started is None else when(run.started)
    said = [run.short, began, run.state, _flat(run.experiment), _flat(run.name)[:_NAME_LETTERS]]
    if honest:
        spread = f" ({honest.low:.2f} to {honest.high:.2f})" if math.isfinite(honest.low) else ""
        said.append(f"macro F1 {honest.value:.2f}{spread}")
    if leaking is not None:
        said.append(f"random split {leaking:.2f} (leaks)")
    return "  ".join(part for part in said if part)


def _runs(here: "Reader", several: Sequence[str]) -> list["Run"]:
    """Each once, however it was named."""
    found = [here.run(one) for one in several]
    return list({one.id: one for one in found}.values())


def _files(here: "Reader", run: "Run") -> tuple[list[str], str]:
    """Names of what a run logged, or why they can't be had."""
    try:
        return [one.path for one in here.artefacts(run.id)], ""
    except StudioError as error:
        return [], error.sentence


def _verdict(one: "Verdict") -> dict[str, Any]:
    return {
        "figure": one.figure, "word": one.word, "sentence": one.sentence, "better": one.better,
        "value": _number(one.value), "low": _number(one.low), "high": _number(one.high),
        "slices": one.slices, "groups": one.groups,
    }  # fmt: skip


def _measured(one: "Measured | None") -> dict[str, float | None] | None:
    if one is None:
        return None
    return {"value": _number(one.value), "low": _number(one.low), "high": _number(one.high)}


def _flat(text: str) -> str:
    """Text of others on one line."""
    return " ".join(text.split())


def _digits(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "-"


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
