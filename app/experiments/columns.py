"""What can stand in a column of the table of runs, and what a run has there."""

import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from core.data.fetching.meter import lasting
from core.tracking.registry.in_use import Place
from core.tracking.registry.values import Alias
from core.tracking.runs.values import Headline, How, Run, Summary, flattering, headline

Kind = Literal["text", "number", "time"]
NAME, F1, LEAKY, SET, BACKBONE, STATE, STARTED, TOOK, MODEL, ID, NOTE = (
    "name", "macro F1", "random split", "data set", "backbone", "state", "started", "took", "model", "id",
    "note",
)  # fmt: skip
PARAMETER, METRIC, TAG = "parameters.", "metrics.", "tags."
LABELS: Final[Mapping[str, str]] = MappingProxyType({
    NAME: "run", F1: "macro F1 (patients it never saw)", LEAKY: "random split (leaks)",
})  # fmt: skip
DEFAULT: Final = (F1, LEAKY, SET, BACKBONE, STATE, STARTED, TOOK, MODEL)
OTHERS: Final = (ID, NOTE)
STATES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "scheduled": ("\u25cb", "waiting"),
    "running": ("\u25cf", "running"),
    "finished": ("\u2713", "finished"),
    "failed": ("\u2715", "failed"),
    "killed": ("\u25a0", "stopped"),
})  # fmt: skip
"""A mark and a word for each state: neither is ever told by colour alone."""
_NUMBERS: Final = (F1, LEAKY, TOOK)


@dataclass(frozen=True, slots=True)
class Known:
    """What a cell is read from beside the run itself.

    Attributes:
        how: Which value of a metric stands for all that were logged.
        summaries: By metric and run's id; what is missing there is read from the run, as its last value.
        places: The registered bundles that answer and challenge, by alias.
    """

    how: How = "last"
    summaries: Mapping[str, Mapping[str, Summary]] = field(default_factory=lambda: MappingProxyType({}))
    places: Mapping[Alias, Place] = field(default_factory=lambda: MappingProxyType({}))


def offered(runs: Sequence[Run]) -> list[str]:
    """All columns that some runs can fill, ours first."""
    parameters = sorted({name for one in runs for name in one.parameters})
    metrics = sorted({name for one in runs for name in one.metrics})
    tags = sorted({name for one in runs for name in one.tags if not name.startswith("mlflow.")})
    return [
        *DEFAULT,
        *OTHERS,
        *(f"{METRIC}{name}" for name in metrics),
        *(f"{PARAMETER}{name}" for name in parameters),
        *(f"{TAG}{name}" for name in tags),
    ]


def kind(column: str) -> Kind:
    """What sort of thing a column holds; a parameter is text that may look like a number."""
    if column == STARTED:
        return "time"
    return "number" if column in _NUMBERS or column.startswith(METRIC) else "text"


def label(column: str) -> str:
    """A column's head."""
    for before in (PARAMETER, METRIC, TAG):
        if column.startswith(before):
            return line(column.removeprefix(before))[:80]
    return LABELS.get(column, column)


def number(run: Run, column: str, known: Known) -> float | None:
    """What a run has in a column of numbers or times: None where there is nothing, NaN as MLflow has it."""
    if column == F1:
        found = headline(run)
        return found.value if found else None
    if column == LEAKY:
        return flattering(run)
    if column == STARTED:
        return run.started
    if column == TOOK:
        return run.seconds
    return _metric(run, column.removeprefix(METRIC), known)


def words(run: Run, column: str, known: Known) -> str:
    """What a run has in a column, as a person reads it; on one line, empty where it has nothing there."""
    if kind(column) == "number":
        value = number(run, column, known)
        return "" if value is None else figure(run, column, value)
    for before, found in ((PARAMETER, run.parameters), (TAG, run.tags)):
        if column.startswith(before):
            return line(found.get(column.removeprefix(before), ""))
    return line(_WORDS[column](run, known)) if column in _WORDS else ""


def figure(run: Run, column: str, value: float) -> str:
    """A number of a column as a person reads it."""
    if column == TOOK:
        return lasting(value)
    if column == F1:
        found = headline(run)
        return interval(found) if found else ""
    return f"{value:.3f}" if column == LEAKY else short(value)


def interval(found: Headline) -> str:
    """``0.567 (0.456 to 0.659)``; without what was not measured."""
    if not (math.isfinite(found.low) and math.isfinite(found.high)):
        return f"{found.value:.3f}"
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"


def short(value: float) -> str:
    """A number with four figures that count."""
    return "NaN" if math.isnan(value) else f"{value:.4g}"


def state(run: Run) -> str:
    """A run's state with its mark; that it is archived too."""
    mark, word = STATES.get(run.state, ("", run.state))
    return f"{mark} {word}{', archived' if run.archived else ''}"


def badge(run: Run, known: Known) -> str:
    """``champion v3`` where the run's bundle answers or challenges."""
    held = [
        f"{alias} v{place.version}"
        for alias, place in known.places.items()
        if run.bundle and run.bundle == place.digest
    ]
    return ", ".join(held)


def line(text: str) -> str:
    """Text of others on one line, without controls that turn or hide what follows."""
    return " ".join("".join(" " if _unseen(one) else one for one in text).split())


def _unseen(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp")


def _metric(run: Run, metric: str, known: Known) -> float | None:
    found = known.summaries.get(metric, {}).get(run.id) if known.how != "last" else None
    return found.of(known.how) if found else run.metrics.get(metric)


def _started(run: Run, known: Known) -> str:  # noqa: ARG001
    from datetime import UTC, datetime

    return "" if run.started is None else f"{datetime.fromtimestamp(run.started, UTC):%Y-%m-%d %H:%M:%S}"


_WORDS: Final[Mapping[str, Callable[[Run, Known], str]]] = {
    NAME: lambda run, known: run.name,  # noqa: ARG005
    SET: lambda run, known: run.dataset,  # noqa: ARG005
    BACKBONE: lambda run, known: run.parameters.get("model.backbone", ""),  # noqa: ARG005
    STATE: lambda run, known: state(run),  # noqa: ARG005
    STARTED: _started,
    MODEL: badge,
    ID: lambda run, known: run.short,  # noqa: ARG005
    NOTE: lambda run, known: run.note,  # noqa: ARG005
}
