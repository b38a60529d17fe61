"""The verb that measures how far a model's explanations can be believed, and keeps it with the model."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.options import Json, Model, progress, say
from core.config.settings import ROOT, Settings, settings
from core.literal import seen

if TYPE_CHECKING:
    from core.inference.explanations import Wanted
    from core.models.bundle import Bundle

app = typer.Typer()
# TensorFlow's own log says nothing that a person could act on
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@app.command()
def explanations(
    model: Model = "shipped",
    dataset: Annotated[
        str | None,
        typer.Option(help="Whose slices show heat outside the body; the model's own if not given."),
    ] = None,
    methods: Annotated[
        str | None, typer.Option(metavar="A,B", help="Methods to measure; all if not given.")
    ] = None,
    slices: Annotated[int, typer.Option(min=1, help="At most so many of each source, and class.")] = 20,
    only: Annotated[
        str | None, typer.Option(metavar="A,B", help="Of outside, localisation and sanity.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Say what is kept; measure nothing.")] = False,
    detach: Annotated[
        bool, typer.Option("--detach", help="Measure in the background, by the quick methods.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Measure where a model's maps look and whether they can be believed; kept in its explanations.json.

    What was measured before the verb was stopped is kept, and so is what others of its runs found.
    """
    from core.inference.explanations import PARTS, Wanted
    from core.inference.explanations_job import start
    from core.inference.reference import resolve
    from core.models.bundle import load

    wanted = Wanted(_named(only, PARTS, "--only"), _methods(methods), methods is not None, dataset, slices)
    here = settings()
    bundle = load(resolve(model, here))
    if detach:
        job = start(bundle, here)
        say({"id": job.id}, f"{job.id} measures {bundle.card.name} in the background.", as_json)
        return
    failures = [] if show else _measured(bundle, here, wanted)
    _told(bundle, here, as_json)
    for sentence in failures:
        typer.echo(seen(sentence), err=True)
    if failures:
        raise typer.Exit(1)


def _measured(bundle: "Bundle", here: Settings, wanted: "Wanted") -> list[str]:
    """Measure; sentences about what couldn't be."""
    from core.inference.explanations import measure_all

    failures = measure_all(bundle, here, wanted, progress)
    _write_card(bundle)
    return failures


def _told(bundle: "Bundle", here: Settings, as_json: bool) -> None:
    from core.explain import kept
    from core.explain.faithfulness.checked import Sanity
    from core.explain.localisation import keeping, words

    found = kept.read(bundle, here)
    if as_json:
        for section, values in found.items():
            say({"section": section, **values}, "", as_json)
        return
    checked = Sanity.from_json(found.get(kept.SANITY))
    told = list(words.lines(keeping.read(found)))
    for key, one in checked.methods.items() if checked else ():
        passed = "changes" if one.passed else "DOES NOT CHANGE"
        told.append(
            f"{words.title(key)} {passed} when the weights are random: likeness {one.similarity:.2f}."
        )
    typer.echo(
        "\n".join(map(seen, told)) or f"Nothing was measured about {seen(bundle.card.name)}'s maps yet."
    )


def _write_card(bundle: "Bundle") -> None:
    """docs/model_card.md is about the shipped bundle, and says what is now known of it."""
    if bundle.path.resolve() == (ROOT / "assets" / "model").resolve():
        from core.storage import write_text
        from core.training import model_card

        write_text(ROOT / "docs" / "model_card.md", model_card.render(bundle))


def _methods(named: str | None) -> tuple[str, ...]:
    from core.explain.methods import METHODS

    return _named(named, tuple(METHODS), "--methods")


def _named(given: str | None, known: Sequence[str], option: str) -> tuple[str, ...]:
    """Some of the known words, each once, in the order that they are known in."""
    if given is None:
        return tuple(known)
    wanted = [word.strip() for word in given.split(",") if word.strip()]
    odd = [word for word in wanted if word not in known]
    if odd or not wanted:
        raise typer.BadParameter(
            f"{', '.join(odd) or 'nothing'} is none of {', '.join(known)}.", param_hint=option
        )
    return tuple(word for word in known if word in wanted)
