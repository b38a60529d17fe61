"""Options that several verbs share, and how a verb says what it did."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")]
Model = Annotated[str, typer.Option("--model", metavar="REF", help='"shipped", or a bundle\'s folder.')]
Dataset = Annotated[str, typer.Option(help="A data set that was ingested.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="A data set that was ingested.")]
ParamsFile = Annotated[Path, typer.Option("--params", help="The recipe.")]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SECTION.FIELD=VALUE", help="Change a parameter; repeatable."),
]
Metrics = Annotated[
    Path | None, typer.Option("--metrics", metavar="FILE", help="Also write the main figures there, as JSON.")
]
STEPS = 20
_last: dict[str, tuple[str, int]] = {}


def say(fields: dict[str, Any], sentence: str, as_json: bool) -> None:
    """One line on stdout, for a program or for a person."""
    typer.echo(json.dumps(fields) if as_json else sentence)


def keep(metrics: Path | None, figures: dict[str, Any]) -> None:
    """Write figures where a pipeline looks for them.

    Raises:
        StorageError: They can't be written there.
    """
    if metrics:
        from core.storage import write_text, writing

        with writing(metrics.parent):
            metrics.parent.mkdir(parents=True, exist_ok=True)
        write_text(metrics, json.dumps(figures, indent=2) + "\n")


def progress(what: str, share: float) -> None:
    """How far it is, on stderr; a line for each new thing and each twentieth of it."""
    step = (what.partition(":")[0], int(share * STEPS))
    if step != _last.get("step"):
        _last["step"] = step
        typer.echo(f"{share:4.0%} {what}", err=True)
