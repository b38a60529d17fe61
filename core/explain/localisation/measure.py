"""Where a method's maps look on marked slices, with intervals, against what knowing nothing gets."""

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Any

import numpy as np

from core.explain.asking import explain
from core.explain.localisation import baselines
from core.explain.localisation.ground import Ready, Scores, ready
from core.explain.localisation.intervals import Interval, either, hits, mean
from core.explain.localisation.marked import Marked
from core.explain.localisation.values import Ahead, Localisation, Source
from core.explain.network import LiteRtNetwork
from core.explain.opening import network
from core.explain.values import Ask, Step, Target
from core.models.bundle import Bundle


def measure(
    bundle: Bundle, marked: Sequence[Marked], keys: Sequence[str], step: Step, threads: int = 2
) -> tuple[Localisation, ...]:
    """Measure methods on marked slices.

    Args:
        bundle: The model; its classes have to hold the slices' labels.
        marked: Slices of one or several sources.
        keys: Of `core.explain.methods.METHODS`.
        step: Told the share that is done.
        threads: Of one forward pass.

    Returns:
        A row a method and source, methods first in the order given, then the baselines.

    Raises:
        StudioError: There is no such method, or the model can't be asked.
        Cancelled: By ``step``.
    """
    several = [ready(one, bundle.card.preprocess) for one in marked]
    rows: list[Localisation] = []
    for number, key in enumerate(keys):
        asked = network(bundle, key, threads)
        rows += of_method(asked, several, key, _part(step, number, len(keys)))
    return (*rows, *of_baselines(several))


def of_method(asked: Any, several: Sequence[Ready], key: str, step: Step) -> tuple[Localisation, ...]:
    """One method's rows, one a source.

    Args:
        asked: The model as the method needs it, from `networks.network`.
        several: The slices.
        key: The method.
        step: Told the share that is done, map by map.
    """
    rows, done = [], 0
    for name, of in _sources(several):
        scores, times = [], []
        for one in of:
            started = perf_counter()
            ask = Ask(key, Target(one.marked.label))
            scores.append(
                one.scores(explain(asked, one.square, one.placement, ask, _part(step, done, len(several))))
            )
            times.append(1000.0 * (perf_counter() - started))
            done += 1
            step(done / len(several))
        rows.append(_row(key, name, of, np.array(scores), float(np.median(times))))
    return tuple(rows)


def of_baselines(several: Sequence[Ready]) -> tuple[Localisation, ...]:
    """The baselines' rows, one a source."""
    rows = []
    for name, of in _sources(several):
        groups, label = _groups(of), of[0].marked.label
        for key in baselines.TITLES:
            found = np.array([one.known[key] for one in of])
            # a map without a peak gets the share that guessing gets: no hit, no miss
            peaks = (hits if key in baselines.PEAKED else mean)(found[:, 0], groups)
            heat = mean(found[:, 1], groups)
            rows.append(Localisation(key, name, label, len(of), len(set(groups)), 0, peaks, heat))
    return tuple(rows)


def of_sources(bundle: Bundle, several: Sequence[Ready], threads: int = 2) -> tuple[Source, ...]:
    """What the slices are, and how often the model answers the marked lesion's class."""
    asked = LiteRtNetwork(bundle, threads)
    rows = []
    for name, of in _sources(several):
        groups, label = _groups(of), of[0].marked.label
        place = bundle.card.labels.index(label)
        right = [float(asked.logits(one.square[None])[0].argmax() == place) for one in of]
        area = float(np.median([one.marked.mask.mean() for one in of]))
        rows.append(Source(name, label, len(of), len(set(groups)), hits(right, groups), area))
    return tuple(rows)


def _row(key: str, name: str, of: Sequence[Ready], scores: Scores, milliseconds: float) -> Localisation:
    groups = _groups(of)
    flat = np.isnan(scores[:, 2])
    return Localisation(
        method=key,
        source=name,
        label=of[0].marked.label,
        slices=len(of),
        groups=len(set(groups)),
        flat=int(flat.sum()),
        pointing=hits(scores[:, 0], groups),
        energy=mean(scores[:, 1], groups),
        outside=None if flat.all() else float(np.nanmean(scores[:, 2])),
        ahead_pointing=_ahead(scores[:, 0], of, 0),
        ahead_energy=_ahead(scores[:, 1], of, 1),
        milliseconds=milliseconds,
    )


def _ahead(scores: Scores, of: Sequence[Ready], column: int) -> Ahead:
    """Against the strongest baseline: chosen after the fact, so it errs in the baselines' favour."""
    known = {key: np.array([one.known[key][column] for one in of]) for key in baselines.TITLES}
    best = max(known, key=lambda key: float(known[key].mean()))
    difference = mean(scores - known[best], _groups(of))
    if column == 0:
        alone, less = hits(scores, _groups(of)), float(known[best].mean())
        if alone.low is not None and alone.high is not None:
            shifted = Interval(alone.value - less, alone.low - less, alone.high - less)
            difference = either(difference, shifted)
    return Ahead(best, difference)


def _sources(several: Sequence[Ready]) -> Iterator[tuple[str, list[Ready]]]:
    for name in dict.fromkeys(one.marked.source for one in several):
        yield name, [one for one in several if one.marked.source == name]


def _groups(of: Sequence[Ready]) -> list[str]:
    return [one.marked.group for one in of]


def _part(step: Step, number: int, of: int) -> Step:
    """A step of one part of several that are alike."""
    return lambda share: step((number + share) / of)
