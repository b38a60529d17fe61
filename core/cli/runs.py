"""The verbs about runs: what the Experiments page shows, for a shell and for a script."""

import getpass
import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from core.cli.options import Json, say
from core.config.settings import settings

if TYPE_CHECKING:
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
    """One run: parameters, metrics, tags, files, parts."""
    from core.tracking.runs.values import plain

    here = reader()
    found = here.run(run)
    files = [one.path for one in here.artefacts(found.id)]
    more = {
        "parameters": dict(found.parameters),
        "metrics": plain(dict(found.metrics)),
        "tags": dict(found.tags),
        "files": files,
        "parts": [one.id for one in here.parts(found.id)],
    }
    said = [line(found)]
    said += [f"  {name} = {value}" for name, value in sorted(found.parameters.items())]
    said += [f"  {name}: {_digits(value)}" for name, value in sorted(found.metrics.items())]
    said += [f"  files: {', '.join(files) or 'none'}"]
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
    several = loading.several(_runs(here, run), here)
    rows = differences.rows(several, everything)
    lines = figures.lines(several)
    verdicts = [figures.difference(several[0], other) for other in several[1:]]
    told = {
        "runs": [fields(one.run) for one in several],
        "figures": [
            {"name": one.name, "values": [_number(v.value if v else math.nan) for v in one.values]}
            for one in lines
        ],
        "differences": [{"name": one.name, "values": list(one.values), "same": one.same} for one in rows],
        "verdicts": [
            {"figure": one.figure, "word": one.word, "sentence": one.sentence, "value": _number(one.value),
             "low": _number(one.low), "high": _number(one.high), "slices": one.slices, "groups": one.groups}
            for one in verdicts
        ],
    }  # fmt: skip
    said = [line(one.run) for one in several]
    said += [
        f"  {one.label}: {', '.join(_digits(v.value) if v else '-' for v in one.values)}" for one in lines
    ]
    said += [f"  {one.name}: {', '.join(value or '-' for value in one.values)}" for one in rows]
    said += [
        f"{other.run.short} against {several[0].run.short}: {one.sentence}"
        for other, one in zip(several[1:], verdicts, strict=True)
    ]
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
        typer.echo(text, nl=not text.endswith("\n"))
        return
    with writing(out.parent):
        out.parent.mkdir(parents=True, exist_ok=True)
    write_text(out, text)
    typer.echo(f"{out} has {len(found)} runs.", err=True)


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
    began = f"{datetime.fromtimestamp(run.started):%Y-%m-%d %H:%M}" if run.started else ""
    said = [run.short, began, run.state, run.experiment, " ".join(run.name.split())[:_NAME_LETTERS]]
    if honest:
        spread = f" ({honest.low:.2f} to {honest.high:.2f})" if math.isfinite(honest.low) else ""
        said.append(f"macro F1 {honest.value:.2f}{spread}")
    if leaking is not None:
        said.append(f"random split {leaking:.2f} (leaks)")
    return "  ".join(part for part in said if part)


def _runs(here: "Reader", several: Sequence[str]) -> list["Run"]:
    return [here.run(one) for one in dict.fromkeys(several)]


def _digits(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "-"


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
