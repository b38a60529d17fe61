"""The verbs about data sets."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from core.cli.options import Changes, Json, Metrics, Name, ParamsFile, keep, progress, say
from core.config.params import FILE, load
from core.config.settings import settings
from core.errors import DataError

if TYPE_CHECKING:
    from core.data.manifest import Row

app = typer.Typer()


@app.command()
def ingest(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A folder, a .zip, an https address, a Google Drive link or id, or a preset's name.",
        ),
    ],
    name: Annotated[str, typer.Option(help="What the data set is to be called.")],
    preset: Annotated[str, typer.Option(help="A task whose class rule is used.")] = "",
    classes: Annotated[
        list[str] | None,
        typer.Option("--class", metavar="FOLDER=CLASS", help="Which folder is of which class; repeatable."),
    ] = None,
    add: Annotated[bool, typer.Option("--add", help="Add to a set that is there.")] = False,
    base: Annotated[
        str, typer.Option(metavar="NAME", help="A set to begin as; SOURCE is then a zip of corrections.")
    ] = "",
    sha256: Annotated[str, typer.Option(help="What the zip's digest must be, hex.")] = "",
    detach: Annotated[
        bool, typer.Option("--detach", help="In the background; prints the job's id. Measures the set too.")
    ] = False,
    params: ParamsFile = FILE,
    changes: Changes = None,
    as_json: Json = False,
) -> None:
    """Bring pictures in: classes told by folder, series and patients inferred, split by patient."""
    from core.data import catalog, manifest, sources
    from core.data.ingest import ingest as bring_in

    rule = dict(_pair(one) for one in classes or ())
    # what is added is dealt as the set is, unless something else is asked for
    otherwise = changes or params != FILE
    dealt = None if (add or base) and not otherwise else load(params, changes or ()).split
    if detach:
        # the worker runs elsewhere
        place = Path(source).resolve() if sources.exists(Path(source)) else source
        asked: dict[str, Any] = {
            "do": "ingest",
            "name": name,
            "sources": [place],
            "preset": preset or None,
            "add": add,
            "base": base,
        }
        asked |= {"classes": rule or None, "sha256": sha256, "split": dealt}
        _started(asked, as_json)
        return
    folder = bring_in(
        source,
        name,
        settings(),
        progress,
        preset=preset or None,
        rule=rule,
        add=add,
        sha256=sha256,
        dealt=dealt,
        base=base,
    )
    rows, left = manifest.read(folder), catalog.read_left_out(folder)
    fields = {"name": name, "path": str(folder), "slices": len(rows), "classes": _counts(rows)}
    fields |= {"left_out": len(left), "digest": manifest.digest(rows)}
    for one in left[:5]:
        typer.echo(f"left out {one.path}: {one.sentence}", err=True)
    say(fields, f"{name}: {_sizes(rows)} in {folder}; {len(left):,} files left out.", as_json)


def _started(request: dict[str, Any], as_json: bool) -> None:
    """A job of core.data.worker, which goes on when this process has ended."""
    from core.jobs import runner

    job = runner.start("core.data.worker", request, settings())
    say({"id": job.id}, f"{job.id} has started; see `python -m core jobs show {job.id}`.", as_json)


@app.command()
def validate(name: Name, metrics: Metrics = None, as_json: Json = False) -> None:
    """Look for what is wrong with a data set, and say whether it can be used."""
    from core.data import sets
    from core.data.validation.validate import validate as check

    report = check(sets.folder(name, settings()))
    found = [f"  {one.level}: {one.sentence}" for one in report.findings]
    keep(
        metrics,
        {
            "slices": report.slices,
            "left_out": len(report.left_out),
            "flawed": len(report.flawed),
            "exact_duplicates": len(report.exact),
            "near_pairs": report.near_pairs,
            "conflicts": len(report.conflicts),
            "imbalance": report.imbalance,
        },
    )
    say(report.model_dump(mode="json"), "\n".join([f"{name} is {report.verdict}.", *found]), as_json)


@app.command()
def split(
    name: Name,
    strategy: Annotated[
        Literal["grouped", "random"] | None,
        typer.Option(help="Whole patient blocks, or single slices, which leaks."),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Settles which block goes where.")] = None,
    params: ParamsFile = FILE,
    changes: Changes = None,
    metrics: Metrics = None,
    as_json: Json = False,
) -> None:
    """Deal a data set's slices into folds, or train, val and test, and measure how that leaks."""
    from core.data import leakage, sets
    from core.data.split import gaps, leaks
    from core.data.split import split as deal

    more = [f"split.strategy={strategy}"] if strategy else []
    more += [f"split.seed={seed}"] if seed is not None else []
    chosen = load(params, [*(changes or ()), *more]).split
    folder = sets.folder(name, settings())
    with sets.locked(name, settings()):
        rows = deal(folder, chosen)
        found = leakage.measure(folder, chosen.folds, chosen.seed, progress)
    names = sorted({row.split for row in rows})
    parts = {part: [row for row in rows if row.split == part] for part in names}
    fields = {
        "name": name,
        "strategy": chosen.strategy,
        "leaks": leaks(rows),
        "parts": {part: _counts(mine) for part, mine in parts.items()},
    }
    shares = {
        one.strategy: {"with_twin": one.with_twin, "one_nearest_neighbour": one.accuracy}
        for one in (found.grouped, found.random, found.manifest, found.source)
        if one
    }
    keep(metrics, {"slices": len(rows), "groups": len({row.group for row in rows}), **shares})
    warned = ["This split leaks: slices of one patient lie on both sides."] if leaks(rows) else []
    said = [f"{name}: part {part} has {_sizes(mine)}" for part, mine in parts.items()]
    say({**fields, "leak_meter": shares}, "\n".join([*warned, *said, *gaps(rows), found.sentence]), as_json)


@app.command()
def remove(name: Name, as_json: Json = False) -> None:
    """Delete a data set, pixels and all."""
    from core.data import sets as known
    from core.training.inputs import cache

    known.remove(name, settings())
    cache.clear(name, settings())
    say({"name": name, "removed": True}, f"{name} is deleted.", as_json)


@app.command()
def sets(as_json: Json = False) -> None:
    """List the data sets."""
    from core.data import manifest
    from core.data import sets as known

    for name in known.names(settings()):
        try:
            rows = manifest.read(known.folder(name, settings()))
        except DataError as error:
            say({"name": name, "error": error.sentence}, error.sentence, as_json)
            continue
        say({"name": name, "slices": len(rows), "classes": _counts(rows)}, f"{name}: {_sizes(rows)}", as_json)


def _counts(rows: "Sequence[Row]") -> dict[str, int]:
    labels = sorted({row.label for row in rows})
    return {label: sum(row.label == label for row in rows) for label in labels}


def _sizes(rows: "Sequence[Row]") -> str:
    said = ", ".join(f"{label} {count:,}" for label, count in _counts(rows).items())
    return f"{len(rows):,} slices ({said})"


def _pair(text: str) -> tuple[str, str | None]:
    folder, equals, label = text.partition("=")
    if not (folder and equals):
        raise typer.BadParameter(f'"{text}" is no FOLDER=CLASS.', param_hint="--class")
    return folder, label or None
