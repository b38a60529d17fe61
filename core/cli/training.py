"""The verbs that train. A training is a job, whether the command waits for it or not."""

from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli.options import (
    Changes,
    Dataset,
    Json,
    Metrics,
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
    title: Annotated[str, typer.Option(help="What the run is called.")] = "",
    search: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Search for parameters first: a YAML file, see docs.")
    ] = None,
    metrics: Metrics = None,
    detach: Annotated[bool, typer.Option("--detach", help="Don't wait; prints the job's id.")] = False,
    as_json: Json = False,
) -> None:
    """Train a model on a data set, measure it on held-out patients, and write its bundle.

    The training is a background job: it waits its turn where others train, and `jobs` shows it. Without
    --detach this command waits for it, and stopping the command stops the job.
    """
    from core.cli.following import follow
    from core.models.bundle import load as load_bundle
    from core.training import runner

    here = settings()
    job = runner.start(
        dataset,
        runner.recipe(dataset, lambda: load(params, changes or ()), here),
        here,
        out=out.resolve() if out else None,
        title=title,
        sweep=_read(search),
    )
    if detach:
        say({"id": job.id}, f"{job.id} has started; see `python -m core jobs show {job.id}`.", as_json)
        return
    done = follow(job.id, here)
    bundle = load_bundle(Path(done.result["bundle"]))
    keep(metrics, {name: main_figures(one) for name, one in _splits(bundle.card.metrics).items()})
    made(bundle, as_json, job=job.id, run_id=done.result.get("run_id"))


def _splits(metrics: dict[str, Any]) -> dict[str, Any]:
    """The figures of whole splits among all that was measured."""
    return {name: one for name, one in metrics.items() if name.startswith(("grouped_", "random_"))}


def _read(search: Path | None) -> dict[str, Any] | None:
    """What a search file says.

    Raises:
        SettingsError: It can't be read.
    """
    if search is None:
        return None
    import yaml

    from core.errors import SettingsError

    try:
        found = yaml.safe_load(search.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        found = None
    if not isinstance(found, dict):
        raise SettingsError(f"{search.name} can't be read as a search. Check the file or its path.", "search")
    return found
