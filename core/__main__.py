"""``python -m core VERB``: what the pages do, without a browser."""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError

from core.config import logs
from core.config.settings import ROOT, settings, unusable
from core.errors import StudioError

if TYPE_CHECKING:
    from core.models.bundle import Bundle

app = typer.Typer(
    name="python -m core",
    help="Kidney CT Studio without the browser. Research and teaching use only; not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")]
Model = Annotated[str, typer.Option("--model", metavar="REF", help='"shipped", or a bundle\'s folder.')]
Dataset = Annotated[str, typer.Option(help="A data set that was ingested.")]
ParamsFile = Annotated[Path, typer.Option("--params", help="The recipe.")]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SECTION.FIELD=VALUE", help="Change a parameter; repeatable."),
]


@app.command()
def predict(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Slices, zips, folders or patterns: JPEG, PNG, TIFF, DICOM."),
    ],
    model: Model = "shipped",
    heatmap_dir: Annotated[
        Path | None, typer.Option(help="Write each slice under its heatmap as a JPEG into this folder.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Answer slices: a class with its model probability, or why not.

    Exits with 1 when a file could not be read or the model can't be used; the other files are
    answered all the same.
    """
    # numpy's matrices are small here; its threads would only fight with those of the forward pass
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from core.inference import lines
    from core.inference.reference import resolve
    from core.inference.shared import predictor

    here = settings()
    files = lines.expand(paths)
    if not files:
        raise typer.BadParameter(f"{' '.join(paths)}: there are no files.", param_hint="FILE...")
    answerer = predictor(resolve(model, here), here.threads)
    failed = False
    for fields in lines.answers(files, answerer, here.limits, heatmap_dir):
        failed = failed or "error" in fields
        typer.echo(json.dumps(fields) if as_json else lines.sentence(fields))
    if failed:
        raise typer.Exit(1)


@app.command()
def ingest(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="A folder or a .zip with a folder per class.")
    ],
    name: Annotated[str, typer.Option(help="What the data set is to be called.")],
    as_json: Json = False,
) -> None:
    """Bring pictures in: classes told by folder, series and patients inferred, split by patient."""
    from core.data import manifest
    from core.data.ingest import ingest as bring_in

    folder = bring_in(source, name, settings(), _progress)
    rows = manifest.read(folder)
    counts = {label: sum(row.label == label for row in rows) for label in manifest.classes(rows)}
    fields = {"name": name, "path": str(folder), "slices": len(rows), "classes": counts}
    fields["digest"] = manifest.digest(rows)
    said = ", ".join(f"{label} {count}" for label, count in counts.items())
    typer.echo(json.dumps(fields) if as_json else f"{name}: {len(rows)} slices ({said}) in {folder}")


@app.command()
def train(
    dataset: Dataset,
    params: ParamsFile = ROOT / "params.yaml",
    changes: Changes = None,
    out: Annotated[
        Path | None, typer.Option(help="The bundle's folder; below var/models if not named.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Train a model on a data set, measure it on held-out patients, and write its bundle."""
    from core.config.params import load
    from core.data.sets import folder
    from core.training import recipe

    here = settings()
    version = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    target = out or here.var / "models" / f"{dataset}-{version}"
    job = recipe.Job(name=dataset, version=version, data=folder(dataset, here), out=target)
    _made(recipe.run(job, load(params, changes or ()), here, _progress), as_json)


@app.command()
def evaluate(dataset: Dataset, model: Model = "shipped", as_json: Json = False) -> None:
    """Measure a model on a data set, by patient block, on the fold it did not see if it kept one out."""
    from core.inference.assess import assess
    from core.inference.reference import resolve
    from core.inference.shared import predictor

    here = settings()
    answerer = predictor(resolve(model, here), here.threads)
    found = assess(answerer, dataset, here, _progress)
    typer.echo(json.dumps(found) if as_json else json.dumps(found, indent=2))


@app.command()
def build(
    params: ParamsFile = ROOT / "params.yaml",
    changes: Changes = None,
    as_json: Json = False,
) -> None:
    """Build the shipped model again from the public data, start to end, with its model card."""
    from core.config.params import load
    from core.training import shipped

    here = settings()
    _made(shipped.build(here, load(params, changes or ()), here.shipped_bundle, _progress), as_json)


@app.command()
def samples() -> None:
    """Draw the synthetic slices that come with the app again."""
    from core.data.synthetic import write_samples

    folder = settings().samples
    write_samples(folder)
    typer.echo(str(folder))


def _made(bundle: "Bundle", as_json: bool) -> None:
    ref = bundle.ref
    figures = bundle.card.metrics.get("grouped_cv", {})
    fields = {"path": str(bundle.path), "name": ref.name, "version": ref.version, "digest": ref.digest}
    scores = {name: figures[name] for name in ("macro_f1", "accuracy") if name in figures}
    if as_json:
        typer.echo(json.dumps({**fields, "grouped_cv": scores}))
        return
    said = ", ".join(f"{name.replace('_', ' ')} {_value(one)}" for name, one in scores.items())
    typer.echo(f"{ref.name} {ref.version} is in {bundle.path}. By patient block: {said or 'not measured'}.")


def _value(figure: Any) -> str:
    return f"{figure['value']:.3f}" if isinstance(figure, dict) else str(figure)


def _progress(what: str, share: float) -> None:
    typer.echo(f"{share:4.0%} {what}", err=True)


def main(argv: list[str] | None = None) -> int:
    """Run a verb.

    Returns:
        0 done, 1 failed, 2 wrong use.
    """
    try:
        logs.configure(settings().log_level)
    except ValidationError as error:
        typer.echo(unusable(error), err=True)
        return 2
    try:
        app(argv, prog_name="python -m core")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 1
    except StudioError as error:
        typer.echo(error.sentence, err=True)
        return 1
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)
        return 130
    except Exception as error:
        number = logs.incident(error, "the command line")
        typer.echo(f"Something unexpected went wrong (error {number}); the log above says where.", err=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
