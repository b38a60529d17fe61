"""The verb that says where a model looks."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.options import Files, Json, Model, expanded
from core.config.settings import Limits, settings
from core.errors import InputError
from core.literal import seen

if TYPE_CHECKING:
    from core.cli.explained import Model as Explained
    from core.cli.explained import Wanted
    from core.inference.predictor import Predictor

app = typer.Typer()

Methods = Annotated[
    list[str],
    typer.Option("--method", metavar="KEY", help="How to ask, e.g. grad-cam or occlusion; repeatable."),
]


@app.command()
def explain(
    paths: Files,
    method: Methods = ["closed-form"],  # noqa: B006 (typer copies it)
    label: Annotated[
        str | None, typer.Option("--class", metavar="LABEL", help="What to explain; the top class without.")
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="LABEL", help="Why the class and not this one.")
    ] = None,
    layer: Annotated[
        str | None, typer.Option(metavar="NAME", help="The layer that is read, by methods that read one.")
    ] = None,
    model: Model = "shipped",
    trust: Annotated[
        bool, typer.Option("--trust", help="Also measure how far each map can be believed; some seconds.")
    ] = False,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write files into this folder.")] = None,
    formats: Annotated[
        str, typer.Option("--format", metavar="LIST", help="Of png, pdf, dicom and npy, with commas.")
    ] = "png",
    as_json: Json = False,
) -> None:
    """Say where the model looks: a line a slice and method, and maps as files.

    Exits with 1 when a file could not be read or explained; the others go on.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from core.cli.explained import Model as Explained
    from core.inference.reference import resolve
    from core.inference.shared import predictor

    here = settings()
    files = expanded(paths)
    answerer = predictor(resolve(model, here), here.threads)
    explained = Explained(answerer.bundle, here)
    wanted = _wanted(method, label, against, layer, trust, out, formats, explained)
    failed = False
    for path in files:
        for fields in _of_file(path, answerer, explained, wanted, here.limits):
            failed = failed or "error" in fields
            typer.echo(json.dumps(fields, allow_nan=False) if as_json else seen(_sentence(fields)))
    if failed:
        raise typer.Exit(1)


def _wanted(
    methods: list[str], label: str | None, against: str | None, layer: str | None, trust: bool,
    out: Path | None, formats: str, model: "Explained",
) -> "Wanted":  # fmt: skip
    """What is asked, once it is known that it can be.

    Raises:
        BadParameter: It can't.
    """
    from core.cli.explained import FORMATS, Wanted
    from core.explain import asking
    from core.explain.values import Target

    kinds = tuple(dict.fromkeys(part.strip() for part in formats.split(",")))
    unknown = [kind for kind in kinds if kind not in FORMATS]
    if unknown:
        raise typer.BadParameter(
            f"There is no format {unknown[0]!r}; there are {', '.join(FORMATS)}.", param_hint="--format"
        )
    labels = model.bundle.card.labels
    wanted = Wanted(tuple(dict.fromkeys(methods)), label, against, layer, trust, out, kinds)
    try:
        for key in wanted.methods:
            asking.method(key)
        asking.check(Target(label or next(one for one in labels if one != against), against), labels)
        model.check(wanted)
    except InputError as error:
        raise typer.BadParameter(error.sentence) from None
    return wanted


def _of_file(
    path: Path, answerer: "Predictor", model: "Explained", wanted: "Wanted", limits: Limits
) -> Iterator[dict[str, Any]]:
    from core.cli import explained
    from core.imaging.names import display
    from core.inference import lines
    from core.inference.batch import Case, review

    try:
        data = lines.read(path, limits)
    except OSError as error:
        yield {"file": str(path), "error": lines.closed(path, error)}
        return
    for name, part in _parts(path, data, limits):
        if isinstance(part, str):
            yield {"file": str(path), "slice": name, "error": part}
            continue
        for item in review([(name, part)], answerer, limits):
            called = item.scan.name if isinstance(item, Case) else item.name
            whence = {"file": str(path)} | ({} if called == display(path.name) else {"slice": called})
            if isinstance(item, Case):
                for fields in explained.lines(item, part, model, wanted, limits):
                    yield {**whence, **fields}
            else:
                yield {**whence, "error": item.sentence}


def _parts(path: Path, data: bytes, limits: Limits) -> Iterator[tuple[str, bytes | str]]:
    """A file, or what is in a zip: names and bytes, or why a member can't be used."""
    from core.imaging import archive

    if not archive.is_zip(data):
        yield str(path), data
        return
    for member in archive.unpack(data, str(path), limits):
        if isinstance(member, archive.Refused):
            yield member.name, member.sentence
        else:
            yield member.name, member.data


def _sentence(fields: dict[str, Any]) -> str:
    """A line's fields for a person."""
    where = " ".join(fields[part] for part in ("file", "slice", "method") if part in fields)
    if "error" in fields:
        return f"{where}: {fields['error']}"
    target = fields["target"]
    words = f"{target['label']} and not {target['against']}" if target["against"] else target["label"]
    peak = "flat, it points nowhere" if fields["flat"] else f"peak {fields['peak']:.3g} {fields['unit']}"
    trusted = " ".join(fields["trust"]["sentences"]) if "trust" in fields else ""
    notes = " ".join([trusted, *fields["notes"], *fields["paths"]]).strip()
    return f"{where}: {words}, {peak}, {fields['milliseconds']:.0f} ms. {notes}".rstrip()
