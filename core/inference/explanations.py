"""A model's explanations measured once: heat outside the body, marked lesions, random weights.

What comes out is kept with the bundle part by part and method by method (`core.explain.kept`), so that a
stop loses only what was being measured. TensorFlow is loaded by name, when a method that needs it comes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Final

from core.config.settings import Settings
from core.data import sets
from core.errors import DataError, StudioError
from core.explain import kept
from core.explain.faithfulness import usual
from core.explain.faithfulness.checked import Sanity
from core.explain.localisation import drawn, keeping, localised, measure
from core.explain.localisation.ground import ready
from core.explain.localisation.marked import Marked, some
from core.explain.localisation.outside import Labelled, outside
from core.explain.methods import DEFAULT, METHODS
from core.explain.opening import network
from core.explain.values import Step
from core.inference import measured_on
from core.models.bundle import Bundle

Tell = Callable[[str, float], None]
OUTSIDE, LOCALISATION, SANITY = PARTS = ("outside", "localisation", "sanity")
"""The cheapest first."""
BEYOND: Final = (DEFAULT, "grad-cam")
"""Methods whose heat outside the body is measured."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be measured.

    Attributes:
        parts: Of `PARTS`.
        keys: Of `METHODS`.
        named: Whether the methods were named, and so the slow ones are to be checked with random weights.
        dataset: Whose slices show heat outside the body; None is the model's own set.
        most: Slices of each source and class, at most.
    """

    parts: Sequence[str] = PARTS
    keys: Sequence[str] = tuple(METHODS)
    named: bool = False
    dataset: str | None = None
    most: int = 20


def measure_all(bundle: Bundle, settings: Settings, wanted: Wanted, tell: Tell) -> list[str]:
    """Measure, and keep what comes out.

    Args:
        bundle: The model.
        settings: Where data sets are, and what can't lie in the bundle.
        wanted: What to measure.
        tell: Told what is being measured and how much of that is done, 0..1; what it raises ends it.

    Returns:
        A sentence for each method that couldn't be measured; the others were.

    Raises:
        StudioError: A data set can't be read, or nothing can be kept.
    """
    failures: list[str] = []
    if OUTSIDE in wanted.parts:
        failures += _outside(bundle, settings, wanted, tell)
    if LOCALISATION in wanted.parts:
        failures += _localisation(bundle, settings, wanted, tell)
    if SANITY in wanted.parts:
        failures += _sanity(bundle, settings, wanted, tell)
    return failures


def _outside(bundle: Bundle, settings: Settings, wanted: Wanted, tell: Tell) -> list[str]:
    labelled, name, standing = _labelled(bundle, settings, wanted, tell)
    failures = []
    for key in [key for key in wanted.keys if key in BEYOND]:
        try:
            rows = outside(
                bundle, labelled, key, _step(tell, f"heat outside the body by {key}"), settings.threads
            )
        except StudioError as error:
            failures.append(error.sentence)
            continue
        before = keeping.read(kept.read(bundle, settings))
        same = (before.dataset, before.standing) == (name, standing)
        others = tuple(one for one in before.outside if same and one.method != key)
        now = replace(before, outside=(*others, *rows), dataset=name, standing=standing)
        kept.keep(bundle, settings, kept.OUTSIDE, now.beyond())
    return failures


def _labelled(
    bundle: Bundle, settings: Settings, wanted: Wanted, tell: Tell
) -> tuple[list[Labelled], str, str]:
    """Slices by class: of a data set where there is one, else those that come with a mark."""
    name = wanted.dataset or str(bundle.card.data.get("name", ""))
    if wanted.dataset or name in sets.names(settings):
        tell(f"reading slices of {name}", 0.0)
        folder = sets.folder(name, settings)
        several, standing = measured_on.slices(folder, bundle, wanted.most, settings.limits)
        return several, name, standing
    marked, _ = _marked(bundle, settings, wanted.most)
    return [Labelled(one.scan, one.label, one.group) for one in marked], "marked slices", "marked"


def _marked(bundle: Bundle, settings: Settings, most: int) -> tuple[tuple[Marked, ...], dict[str, str]]:
    """Marked slices whose class the model knows, and why there aren't more."""
    left_out: dict[str, str] = {}
    several: tuple[Marked, ...] = ()
    try:
        found = localised.read(settings.shared_data / localised.FILE, settings.limits)
        several = some(found.slices, most)
        left_out = {one.name: one.sentence for one in found.left_out}
    except DataError as error:
        left_out = {localised.FILE: error.sentence}
    several += drawn.slices(min(most, drawn.PERSONS))
    for one in several:
        if one.label not in bundle.card.labels:
            left_out[one.source] = f"The model doesn't know the class {one.label}."
    return tuple(one for one in several if one.label in bundle.card.labels), left_out


def _localisation(bundle: Bundle, settings: Settings, wanted: Wanted, tell: Tell) -> list[str]:
    marked, left_out = _marked(bundle, settings, wanted.most)
    several = []
    for number, one in enumerate(marked):
        tell("marked slices are made ready", number / len(marked))
        several.append(ready(one, bundle.card.preprocess))
    sources = measure.of_sources(bundle, several, settings.threads)
    known, failures = measure.of_baselines(several), []
    for key in wanted.keys:
        try:
            asked = network(bundle, key, settings.threads)
            rows = measure.of_method(asked, several, key, _step(tell, f"where {key} looks"))
        except StudioError as error:
            failures.append(error.sentence)
            continue
        now = keeping.Looks(rows, known, sources, left_out)
        whole = keeping.with_rows(keeping.read(kept.read(bundle, settings)), now)
        kept.keep(bundle, settings, kept.LOCALISATION, whole.located())
    return failures


def _sanity(bundle: Bundle, settings: Settings, wanted: Wanted, tell: Tell) -> list[str]:
    check = import_module("core.explain.faithfulness.sanity").sanity
    keys = tuple(key for key in wanted.keys if wanted.named or key in usual.QUICK)
    try:
        found: Sanity = check(bundle, usual.slices(bundle), keys, _step(tell, "maps of random weights"))
    except StudioError as error:
        return [error.sentence]
    before = Sanity.from_json(kept.read(bundle, settings).get(kept.SANITY))
    if before and (before.depths, before.squares, before.seed) == (found.depths, found.squares, found.seed):
        found = replace(found, methods={**before.methods, **found.methods})
    kept.keep(bundle, settings, kept.SANITY, found.to_json())
    return []


def _step(tell: Tell, what: str) -> Step:
    return lambda share: tell(what, share)
