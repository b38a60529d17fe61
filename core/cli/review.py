"""The verb that answers slices."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from core.cli.options import Files, Json, Model, expanded
from core.config.settings import settings

app = typer.Typer()


@app.command()
def predict(
    paths: Files,
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
    files = expanded(paths)
    answerer = predictor(resolve(model, here), here.threads)
    failed = False
    for fields in lines.answers(files, answerer, here.limits, heatmap_dir):
        failed = failed or "error" in fields
        typer.echo(json.dumps(fields) if as_json else lines.sentence(fields))
    if failed:
        raise typer.Exit(1)
