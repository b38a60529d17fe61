"""The verbs that make and measure models."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.options import Changes, Dataset, Json, Metrics, Model, ParamsFile, keep, progress, say
from core.config.params import FILE, load
from core.config.settings import settings

if TYPE_CHECKING:
    from core.models.bundle import Bundle

app = typer.Typer()
# TensorFlow's own log says nothing that a person could act on
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@app.command()
def features(
    dataset: Dataset, params: ParamsFile = FILE, changes: Changes = None, as_json: Json = False
) -> None:
    """Compute what a network sees in a data set's slices, once, for `train` to start from."""
    from core.data.sets import folder
    from core.training import recipe

    here = settings()
    data = folder(dataset, here)
    found = recipe.features(data, load(params, changes or ()), here, progress)
    say({"dataset": dataset, "slices": found}, f"{dataset}: features of {found:,} slices are kept.", as_json)


@app.command()
def train(
    dataset: Dataset,
    params: ParamsFile = FILE,
    changes: Changes = None,
    out: Annotated[
        Path | None, typer.Option(help="The bundle's folder; below var/models if not named.")
    ] = None,
    metrics: Metrics = None,
    detach: Annotated[bool, typer.Option("--detach", help="In the background; prints the job's id.")] = False,
    as_json: Json = False,
) -> None:
    """Train a model on a data set, measure it on held-out patients, and write its bundle."""
    from core.data.sets import folder
    from core.training import recipe

    here = settings()
    if detach:
        place = out.resolve() if out else None
        _started({"dataset": dataset, "params": load(params, changes or ()), "out": place}, as_json)
        return
    version = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    target = out or here.var / "models" / f"{dataset}-{version}"
    job = recipe.Job(name=dataset, version=version, data=folder(dataset, here), out=target)
    bundle = recipe.run(job, load(params, changes or ()), here, progress)
    keep(metrics, {name: _main(bundle.card.metrics[name]) for name in ("grouped_cv", "random_cv")})
    _made(bundle, as_json)


def _started(request: dict[str, Any], as_json: bool) -> None:
    """A job of core.training.worker, which goes on when this process has ended."""
    from core.data import manifest, sets
    from core.jobs import runner

    manifest.read(sets.folder(request["dataset"], settings()))  # a set that isn't there is said now
    job = runner.start("core.training.worker", request, settings())
    say({"id": job.id}, f"{job.id} has started; see `python -m core jobs show {job.id}`.", as_json)


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
    keep(metrics, {**_main(found), "declined": found["declined"]})
    if plots:
        tables.write(plots, found)
    kept = "of which it was trained on some" if found["seen"] else "of which it never saw a slice"
    said = ", ".join(f"{name.replace('_', ' ')} {value:.3f}" for name, value in _main(found).items())
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
    _made(shipped.build(here, load(params, changes or ()), here.shipped_bundle, progress), as_json)


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
    said = ", ".join(f"{name.replace('_', ' ')} {_value(one)}" for name, one in scores.items())
    said = f"{ref.name} {ref.version} is in {bundle.path}. By patient block: {said or 'not measured'}."
    say({**fields, "grouped_cv": scores}, said, as_json)


def _main(figures: Mapping[str, Any]) -> dict[str, float]:
    """The figures that a pipeline compares."""
    names = ("macro_f1", "accuracy", "balanced_accuracy", "auc", "brier", "ece")
    return {
        name: one["value"] if isinstance(one, dict) else one
        for name in names
        if (one := figures.get(name)) is not None
    }


def _value(figure: Any) -> str:
    return f"{figure['value']:.3f}" if isinstance(figure, dict) else str(figure)
