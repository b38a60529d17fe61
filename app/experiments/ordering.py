"""Which runs the table shows, in which order, and which is the best of a column."""

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from app.experiments import columns
from app.experiments.columns import Known
from app.experiments.view_state import View
from core.tracking.runs.values import Run, leaking, less_is_better

_RANKED: Final = (columns.F1,)


def shown(runs: Sequence[Run], view: View, known: Known) -> list[Run]:
    """The runs that a view leaves, in its order: pinned ones first, those that have nothing there last."""
    left = [
        one
        for one in runs
        if (not view.states or one.state in view.states)
        and (view.all or one.short not in view.hidden)
        and matches(one, view.text)
    ]
    place = {short: number for number, short in enumerate(view.pinned)}
    ordered = by(left, view.order, known, rising=view.rising)
    return sorted(ordered, key=lambda one: place.get(one.short, len(place)))


def matches(run: Run, text: str) -> bool:
    """Whether all words of a text are in a run's name, note or tags, or begin its id."""
    words = text.casefold().split()
    if not words:
        return True
    tags = [f"{name}={value}" for name, value in run.tags.items() if not name.startswith("mlflow.")]
    said = "\n".join([run.name, run.note, *tags]).casefold()
    return all(word in said or run.id.startswith(word) for word in words)


def by(runs: Sequence[Run], column: str, known: Known, *, rising: bool) -> list[Run]:
    """Runs in the order of a column; equal ones as they came; those that have nothing there last."""
    keyed = [(_key(one, column, known), one) for one in runs]
    there = [pair for pair in keyed if pair[0] is not None]
    numbers = [pair for pair in there if isinstance(pair[0], float)]
    texts = [pair for pair in there if isinstance(pair[0], str)]
    numbers.sort(key=lambda pair: float(pair[0] or 0.0), reverse=not rising)
    texts.sort(key=lambda pair: str(pair[0]), reverse=not rising)
    return [one for _, one in [*numbers, *texts]] + [one for key, one in keyed if key is None]


def best(runs: Sequence[Run], column: str, known: Known) -> set[str]:
    """Ids of the runs that are best in a column of figures, on each data set by itself.

    A figure says little about one of another data set, so none is best of both. A data set on which fewer
    than two runs can be compared has no best, and what leaks is never the best.
    """
    metric = column.removeprefix(columns.METRIC)
    if column not in _RANKED and (column == metric or leaking(metric)):
        return set()
    several: dict[str, list[Run]] = defaultdict(list)
    for one in runs:
        if not leaking(metric, one):
            several[one.dataset].append(one)
    return {own for found in several.values() for own in _best(found, column, known)}


def _best(runs: Sequence[Run], column: str, known: Known) -> set[str]:
    """The same of runs on one data set."""
    metric = column.removeprefix(columns.METRIC)
    found = {one.id: columns.number(one, column, known) for one in runs}
    figures = {own: value for own, value in found.items() if value is not None and math.isfinite(value)}
    if len(figures) < 2:
        return set()
    top = min(figures.values()) if less_is_better(metric) else max(figures.values())
    return {own for own, value in figures.items() if value == top}


def _key(run: Run, column: str, known: Known) -> float | str | None:
    """What a run is ordered by: a number where the text is one."""
    if columns.kind(column) != "text":
        value = columns.number(run, column, known)
        return None if value is None or not math.isfinite(value) else float(value)
    said = columns.words(run, column, known)
    value = as_number(said)
    return value if value is not None else said.casefold() or None


def as_number(text: str) -> float | None:
    """A text that is a finite number as that number."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
