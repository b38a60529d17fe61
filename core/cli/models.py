"""The verbs that measure models, and build the shipped one."""

import os
from pathlib import Path
from typing import Annotated

import typer

from core.cli.options import (
    Changes,
    Dataset,
    Json,
    Metrics,
    Model,
    ParamsFile,
    keep,
    made,
    main_figures,
    progress,
    say,
)
from core.config.params import FILE, load
from core.config.settings import settings

app = typer.Typer()
# TensorFlow's own log says nothing that a person could act on
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@app.command()
def evaluate(
    dataset: Dataset,
    model: Model = "shipped",
    metrics: Metrics = None,
    plots: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also write tables to plot into this folder.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure a model on a data set, by patient block, on the fold it did not see if it kept one out."""
    from core.evaluation import plots as tables
    from core.inference.assess import assess
    from core.inference.reference import resolve
    from core.inference.shared import predictor

    here = settings()
    answerer = predictor(resolve(model, here), here.threads)
    found = assess(answerer, dataset, here, progress)
    keep(metrics, {**main_figures(found), "declined": found["declined"]})
    if plots:
        tables.write(plots, found)
    kept = "of which it was trained on some" if found["seen"] else "of which it never saw a slice"
    said = ", ".join(f"{name.replace('_', ' ')} {value:.3f}" for name, value in main_figures(found).items())
    answered = f"{found['slices']:,} slices of {found['groups']:,} patient blocks, {kept}"
    say(found, f"{dataset}: {said}; {found['declined']:.0%} declined. On {answered}.", as_json)


@app.command()
def build(
    params: ParamsFile = FILE,
    changes: Changes = None,
    as_json: Json = False,
) -> None:
    """Build the shipped model again from the public data, start to end, with its model card."""
    from core.training import shipped

    here = settings()
    made(shipped.build(here, load(params, changes or ()), here.shipped_bundle, progress), as_json)


@app.command()
def samples() -> None:
    """Draw the synthetic slices that come with the app again."""
    from core.data.synthetic import write_samples

    folder = settings().samples
    write_samples(folder)
    typer.echo(str(folder))
