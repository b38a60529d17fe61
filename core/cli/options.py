"""Options that several verbs share, and how a verb says what it did."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.literal import seen

if TYPE_CHECKING:
    from core.models.bundle import Bundle

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")]
Model = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="REF",
        help="shipped, champion, challenger, v3 (registered), a training's id, or a bundle's folder.",
    ),
]
Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE...", help="Slices, zips, folders or patterns: JPEG, PNG, TIFF, DICOM."),
]
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


def expanded(paths: list[str]) -> list[Path]:
    """The files that `Files` names.

    Raises:
        BadParameter: There are none.
    """
    from core.inference import lines

    files = lines.expand(paths)
    if not files:
        raise typer.BadParameter(f"{' '.join(paths)}: there are no files.", param_hint="FILE...")
    return files


def say(fields: dict[str, Any], sentence: str, as_json: bool) -> None:
    """One line on stdout, for a program or for a person."""
    typer.echo(json.dumps(fields, allow_nan=False) if as_json else seen(sentence))


def when(at: float) -> str:
    """A moment, given in seconds since 1970."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"


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


def made(bundle: "Bundle", as_json: bool, **more: Any) -> None:
    """Say which model came out, and how good it is on patients that it never saw."""
    from core.evaluation import report

    ref, (split, figures) = bundle.ref, report.honest(bundle.card.metrics)
    fields = {
        "path": str(bundle.path),
        "name": ref.name,
        "version": ref.version,
        "digest": ref.digest,
        **more,
    }
    scores = {name: figures[name] for name in ("macro_f1", "accuracy") if name in figures}
    said = ", ".join(f"{name.replace('_', ' ')} {one['value']:.3f}" for name, one in scores.items())
    said = f"{ref.name} {ref.version} is in {bundle.path}. By patient block: {said or 'not measured'}."
    say({**fields, "split": split, split or "grouped": scores}, said, as_json)


def main_figures(figures: Mapping[str, Any]) -> dict[str, float]:
    """The figures that a pipeline compares."""
    names = ("macro_f1", "accuracy", "balanced_accuracy", "auc", "brier", "ece")
    return {
        name: one["value"] if isinstance(one, dict) else one
        for name in names
        if (one := figures.get(name)) is not None
    }


def progress(what: str, share: float) -> None:
    """How far it is, on stderr; a line for each new thing and each twentieth of it."""
    step = (what.partition(":")[0], int(share * STEPS))
    if step != _last.get("step"):
        _last["step"] = step
        typer.echo(f"{share:4.0%} {what}", err=True)
