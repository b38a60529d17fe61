"""``python -m core VERB``: what the pages do, without a browser."""

import glob
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.config import logs
from core.config.settings import Limits, settings
from core.errors import InputError, StudioError

if TYPE_CHECKING:
    from core.inference.batch import Case
    from core.inference.predictor import Predictor

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
ModelOption = Annotated[str, typer.Option("--model", metavar="REF", help='"shipped", or a bundle\'s folder.')]


@app.command()
def predict(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Slices, zips, folders or patterns: JPEG, PNG, TIFF, DICOM."),
    ],
    model: ModelOption = "shipped",
    heatmap_dir: Annotated[
        Path | None, typer.Option(help="Write each slice under its heatmap as a JPEG into this folder.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Answer slices: a class with its model probability, or why not.

    Exits with 1 when a file could not be read or the model can't be used; the other files are
    answered all the same.
    """
    from core.inference.reference import resolve
    from core.inference.shared import predictor

    here = settings()
    files = _expand(paths)
    answerer = predictor(resolve(model, here), here.threads)
    failed = False
    for fields in _answers(files, answerer, here.limits, heatmap_dir):
        failed = failed or "error" in fields
        typer.echo(json.dumps(fields) if as_json else _sentence(fields))
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
def samples() -> None:
    """Draw the synthetic slices that come with the app again."""
    from core.data.synthetic import write_samples

    folder = settings().samples
    write_samples(folder)
    typer.echo(str(folder))


def _progress(what: str, share: float) -> None:
    typer.echo(f"{share:4.0%} {what}", err=True)


def _answers(
    files: list[Path], predictor: "Predictor", limits: Limits, heatmap_dir: Path | None
) -> Iterator[dict[str, Any]]:
    """A line's fields per slice; for a file that can't be read, the sentence that says why."""
    from core.imaging.names import display
    from core.inference import record
    from core.inference.batch import Case, review

    for path in files:
        try:
            data = _read(path, limits)
        except OSError as error:
            sentence = f"{path} can't be opened: {error.strerror}. Check its path and your rights."
            yield {"file": str(path), "error": sentence}
            continue
        for item in review([(str(path), data)], predictor, limits):
            name = item.scan.name if isinstance(item, Case) else item.name
            whence = {"file": str(path)} if name == display(path.name) else {"file": str(path), "slice": name}
            if isinstance(item, Case):
                drawn = str(_draw(item, heatmap_dir)) if heatmap_dir else None
                yield {**record.of(item), **whence, "heatmap": drawn}
            else:
                yield {**whence, "error": item.sentence}


def _read(path: Path, limits: Limits) -> bytes:
    """A file's bytes; of one over the limit only enough for it to be refused."""
    with path.open("rb") as stream:
        return stream.read(limits.file_bytes + 1)


def _expand(paths: list[str]) -> list[Path]:
    """Files for what a person named: folders with all below them, patterns that no shell expanded."""
    files: list[Path] = []
    for text in paths:
        path = Path(text)
        if path.is_dir():
            files += sorted(found for found in path.rglob("*") if found.is_file())
        elif not path.exists() and glob.has_magic(text):
            files += sorted(Path(found) for found in glob.glob(text, recursive=True))  # noqa: PTH207 (may be absolute)
        else:
            files.append(path)
    if not files:
        raise typer.BadParameter(f"{' '.join(paths)}: there are no files.", param_hint="FILE...")
    return files


def _draw(case: "Case", folder: Path) -> Path:
    """Write a slice under the heatmap of its most probable class."""
    from core.explain import cam, overlay
    from core.imaging.window import render

    label = case.prediction.top[0]
    heat = cam.heatmap(case.prediction, label)
    frame = case.scan.digest.partition("#")[2]
    stem = re.sub(r"[^\w.-]", "_", Path(case.scan.name).stem)[:80]
    parts = [stem, case.scan.digest[:8], *([frame] if frame else []), label]
    target = folder / ("-".join(parts) + ".jpg")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target.write_bytes(overlay.encode(overlay.blend(render(case.scan), heat.values)))
    except OSError as error:
        raise InputError(f"Heatmaps can't be written to {folder}: {error.strerror}.", "unwritable") from None
    return target


def _sentence(fields: dict[str, Any]) -> str:
    """A line for a person."""
    where = " ".join(fields[part] for part in ("file", "slice") if part in fields)
    if "error" in fields:
        return f"{where}: {fields['error']}"
    chances = ", ".join(f"{label} {chance:.0%}" for label, chance in fields["probabilities"].items())
    notes = " ".join(note["sentence"] for note in (*fields["reasons"], *fields["warnings"]))
    answer = "declined" if fields["declined"] else fields["label"]
    return f"{where}: {answer} ({chances}) {notes}".rstrip()


def main(argv: list[str] | None = None) -> int:
    """Run a verb.

    Returns:
        0 done, 1 failed, 2 wrong use.
    """
    try:
        logs.configure(settings().log_level)
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
