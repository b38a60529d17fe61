"""The verb that measures how far a model's explanations can be believed, and keeps it with the model."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from core.cli.options import Json, Model, progress, say
from core.config.settings import ROOT, Settings, settings
from core.errors import DataError, StudioError
from core.literal import seen

if TYPE_CHECKING:
    from core.explain.localisation.marked import Marked
    from core.explain.localisation.outside import Labelled
    from core.models.bundle import Bundle

app = typer.Typer()
# TensorFlow's own log says nothing that a person could act on
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
PARTS: Final = ("outside", "localisation", "sanity")
"""The cheapest first."""
SLOW: Final = ("score-cam", "integrated-gradients", "occlusion", "kernel-shap")
"""The randomisation check explains each slice a dozen times: by these only where they are named."""


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
    only: Annotated[str | None, typer.Option(metavar="A,B", help=f"Of {', '.join(PARTS)}.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Say what is kept; measure nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Measure where a model's maps look and whether they can be believed; kept in its explanations.json.

    What was measured before the verb was stopped is kept, and so is what others of its runs found.
    """
    from core.inference.reference import resolve
    from core.models.bundle import load

    wanted = _Wanted(_named(only, PARTS, "--only"), _methods(methods), methods is not None, dataset, slices)
    here = settings()
    bundle = load(resolve(model, here))
    failures = [] if show else _measured(bundle, here, wanted)
    _told(bundle, here, as_json)
    for sentence in failures:
        typer.echo(seen(sentence), err=True)
    if failures:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Wanted:
    parts: Sequence[str]
    keys: Sequence[str]
    named: bool
    """Whether the methods were named."""
    dataset: str | None
    most: int


def _measured(bundle: "Bundle", here: Settings, wanted: _Wanted) -> list[str]:
    """Measure; sentences about what couldn't be."""
    failures: list[str] = []
    if "outside" in wanted.parts:
        failures += _outside(bundle, here, wanted)
    if "localisation" in wanted.parts:
        failures += _localisation(bundle, here, wanted.keys, wanted.most)
    if "sanity" in wanted.parts:
        failures += _sanity(bundle, here, [key for key in wanted.keys if wanted.named or key not in SLOW])
    _write_card(bundle)
    return failures


def _labelled(
    bundle: "Bundle", here: Settings, dataset: str | None, most: int
) -> tuple[list["Labelled"], str, str]:
    """Slices by class: of a data set where there is one, else those that come with a mark."""
    from core.data import sets
    from core.explain.localisation.outside import Labelled
    from core.inference import looked_at

    name = dataset or str(bundle.card.data.get("name", ""))
    if dataset or name in sets.names(here):
        progress(f"reading slices of {name}", 0.0)
        several, standing = looked_at.slices(sets.folder(name, here), bundle, most, here.limits)
        return several, name, standing
    marked, _ = _marked(bundle, here, most)
    return [Labelled(one.scan, one.label, one.group) for one in marked], "marked slices", "marked"


def _marked(bundle: "Bundle", here: Settings, most: int) -> tuple[tuple["Marked", ...], dict[str, str]]:
    """Marked slices whose class the model knows, and why there aren't more."""
    from core.explain.localisation import drawn, localised
    from core.explain.localisation.marked import some

    left_out: dict[str, str] = {}
    several: tuple[Marked, ...] = ()
    try:
        found = localised.read(here.shared_data / localised.FILE, here.limits)
        several = some(found.slices, most)
        left_out = {one.name: one.sentence for one in found.left_out}
    except DataError as error:
        left_out = {localised.FILE: error.sentence}
    several += drawn.slices(min(most, drawn.PERSONS))
    for one in several:
        if one.label not in bundle.card.labels:
            left_out[one.source] = f"The model doesn't know the class {one.label}."
    return tuple(one for one in several if one.label in bundle.card.labels), left_out


def _outside(bundle: "Bundle", here: Settings, wanted: _Wanted) -> list[str]:
    from core.explain import kept
    from core.explain.localisation import keeping
    from core.explain.localisation.outside import outside
    from core.explain.methods import DEFAULT

    labelled, name, standing = _labelled(bundle, here, wanted.dataset, wanted.most)
    failures = []
    for key in [key for key in wanted.keys if key in (DEFAULT, "grad-cam")]:
        try:
            rows = outside(bundle, labelled, key, _step(f"heat outside the body by {key}"), here.threads)
        except StudioError as error:
            failures.append(error.sentence)
            continue
        before = keeping.read(kept.read(bundle, here))
        same = (before.dataset, before.standing) == (name, standing)
        others = tuple(one for one in before.outside if same and one.method != key)
        now = replace(before, outside=(*others, *rows), dataset=name, standing=standing)
        kept.keep(bundle, here, kept.OUTSIDE, now.beyond())
    return failures


def _localisation(bundle: "Bundle", here: Settings, keys: Sequence[str], most: int) -> list[str]:
    from core.explain import kept
    from core.explain.localisation import keeping, measure
    from core.explain.localisation.ground import ready
    from core.explain.localisation.networks import network

    marked, left_out = _marked(bundle, here, most)
    several = []
    for number, one in enumerate(marked):
        progress("marked slices are made ready", number / len(marked))
        several.append(ready(one, bundle.card.preprocess))
    sources = measure.of_sources(bundle, several, here.threads)
    known, failures = measure.of_baselines(several), []
    for key in keys:
        try:
            asked = network(bundle, key, here.threads)
            rows = measure.of_method(asked, several, key, _step(f"where {key} looks"))
        except StudioError as error:
            failures.append(error.sentence)
            continue
        now = keeping.Looks(rows, known, sources, left_out)
        whole = keeping.with_rows(keeping.read(kept.read(bundle, here)), now)
        kept.keep(bundle, here, kept.LOCALISATION, whole.located())
    return failures


def _sanity(bundle: "Bundle", here: Settings, keys: Sequence[str]) -> list[str]:
    from dataclasses import replace
    from importlib import import_module

    from core.explain import kept
    from core.explain.faithfulness.checked import Sanity

    module = import_module("core.explain.faithfulness.sanity")
    try:
        found: Sanity = module.sanity(
            bundle, module.slices(bundle), tuple(keys), _step("maps of random weights")
        )
    except StudioError as error:
        return [error.sentence]
    before = Sanity.from_json(kept.read(bundle, here).get(kept.SANITY))
    if before and (before.depths, before.squares, before.seed) == (found.depths, found.squares, found.seed):
        found = replace(found, methods={**before.methods, **found.methods})
    kept.keep(bundle, here, kept.SANITY, found.to_json())
    return []


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


def _step(what: str) -> Any:
    return lambda share: progress(what, share)


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
