"""Runs as our own frozen values: what MLflow keeps of them, whoever made them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from core.evaluation.report import HONEST

State = Literal["scheduled", "running", "finished", "failed", "killed"]
LIVE: Final = ("scheduled", "running")
Archived = Literal["no", "only", "both"]
How = Literal["last", "best", "min", "max"]
LESS_IS_BETTER: Final = ("loss", "brier", "ece", "error", "seconds", "latency", "bytes")
"""A metric with one of these words in its name is best where it is least."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """What MLflow groups runs by; here the data set's name.

    Attributes:
        id: MLflow's.
        name: A person's.
        archived: Deleted in MLflow's words: hidden, and can be restored.
    """

    id: str
    name: str
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it is now. Any may lack anything: other programs make runs too.

    Attributes:
        id: MLflow's, 32 hex digits.
        name: A person's; may be long, and hold anything.
        experiment: Its experiment's name.
        state: How far it is, as its maker last said.
        started: Seconds since 1970; None if unknown.
        ended: The same; None while it goes on.
        archived: Deleted in MLflow's words.
        parent: The run that this one is a part of: a fold, a trial, the random split.
        parameters: As text, by name; ours are ``section.field``.
        metrics: The last value of each, by name; NaN where MLflow has that.
        tags: By name.
    """

    id: str
    name: str
    experiment: str
    state: State
    started: float | None = None
    ended: float | None = None
    archived: bool = False
    parent: str | None = None
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    metrics: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def short(self) -> str:
        """Its id as an address has it."""
        return self.id[:8]

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it goes on."""
        return None if self.started is None or self.ended is None else max(0.0, self.ended - self.started)

    @property
    def job(self) -> str | None:
        """Our training's job; None for a run of another program."""
        return self.tags.get("studio.job")

    @property
    def dataset(self) -> str:
        """The data set it learnt from; the experiment's name where it doesn't say."""
        return self.tags.get("studio.dataset") or self.experiment

    @property
    def bundle(self) -> str | None:
        """The digest of the bundle it made."""
        return self.tags.get("studio.bundle")

    @property
    def leaks(self) -> bool:
        """Whether it was measured on slices of patients that it learnt from."""
        return self.tags.get("studio.leaks") == "true"

    @property
    def note(self) -> str:
        """What a person wrote about it."""
        return self.tags.get("mlflow.note.content", "")


@dataclass(frozen=True, slots=True)
class Query:
    """Which runs, in which order.

    Attributes:
        experiments: Names; none are all.
        filter: In MLflow's own language, such as ``metrics.test_macro_f1 > 0.6``; "" filters nothing.
        states: Of these only; none are all.
        archived: Whether those that are archived come too, or alone.
        parts: Whether folds, trials and other parts of a run come too.
        order: In MLflow's own language, such as ``metrics.test_macro_f1 DESC``; newest first if "".
        text: What the names hold, in large or small letters.
    """

    experiments: tuple[str, ...] = ()
    filter: str = ""
    states: tuple[State, ...] = ()
    archived: Archived = "no"
    parts: bool = False
    order: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the runs that a query means.

    Attributes:
        runs: In the query's order.
        next: What to ask for the following ones with; "" where these are the last.
    """

    runs: Sequence[Run]
    next: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """All values of one metric of one run, by step (MLflow gives them by time).

    Attributes:
        run: Its id.
        metric: The metric's name.
        steps: (N,) int64, not decreasing.
        at: (N,) float64, seconds since 1970.
        values: (N,) float64; NaN where MLflow has that.
        whole: False where so many were logged that only part was read.
        thinned_from: How many values there are where only some were kept for drawing; None if all are here.
    """

    run: str
    metric: str
    steps: NDArray[np.int64]
    at: NDArray[np.float64]
    values: NDArray[np.float64]
    whole: bool = True
    thinned_from: int | None = None

    def summary(self) -> "Summary":
        """Its last, least, largest and best value; NaN where there is no number."""
        found = self.values[np.isfinite(self.values)]
        if not len(found):
            return Summary(math.nan, math.nan, math.nan, math.nan)
        low, high = float(found.min()), float(found.max())
        return Summary(float(self.values[-1]), low, high, low if less_is_better(self.metric) else high)


@dataclass(frozen=True, slots=True)
class Summary:
    """One metric of one run as single numbers.

    Attributes:
        last: The value of the last step.
        min: The least.
        max: The largest.
        best: Whichever of these two is better for a metric of this name.
    """

    last: float
    min: float
    max: float
    best: float

    def of(self, how: How) -> float:
        """One of them by name."""
        return float(getattr(self, how))


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file or a folder that a run logged.

    Attributes:
        path: In the run, with slashes.
        folder: Whether it is one.
        bytes: Its size; None for a folder, and where the place doesn't tell.
    """

    path: str
    folder: bool
    bytes: int | None = None

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Headline:
    """The one figure that a run is judged by.

    Attributes:
        value: Macro F1 on patients that it never saw, 0..1.
        low: Of its 95 % interval over patient blocks; NaN where that wasn't measured.
        high: The same.
        split: One of `core.evaluation.report.HONEST`.
    """

    value: float
    low: float
    high: float
    split: str


def honest_split(run: Run) -> str:
    """The split of a run's first figure, where that is of patients it never saw; "" otherwise."""
    # a fold or a trial names its branch and not its split, which is the recipe's own
    told = run.tags.get("studio.split", HONEST[-1] if run.tags.get("studio.branch") else "")
    return told if told in HONEST and not run.leaks else ""


def headline(run: Run) -> Headline | None:
    """A run's figure on patients it never saw; None where that was not measured.

    What a leaking split says never takes its place: `flattering` has it, to be shown marked.
    """
    split = honest_split(run)
    value = run.metrics.get("test_macro_f1", math.nan)
    if not split or not math.isfinite(value):
        return None
    low, high = (run.metrics.get(f"test_macro_f1_{end}", math.nan) for end in ("low", "high"))
    return Headline(value, low, high, split)


def flattering(run: Run) -> float | None:
    """Macro F1 of a split that leaks, to be shown marked beside the honest one; None where there is none."""
    # a run of the leaking split alone may have logged it by either name
    names = ("random_macro_f1", "test_macro_f1") if run.leaks else ("random_macro_f1",)
    values = (run.metrics.get(name, math.nan) for name in names)
    return next((value for value in values if math.isfinite(value)), None)


def leaking(metric: str, run: Run | None = None) -> bool:
    """Whether a metric says how well a model remembers, not how well it reads.

    Args:
        metric: Its name.
        run: Whose; all figures of a run that leaks do.
    """
    return metric.startswith("random_") or bool(run and run.leaks)


def less_is_better(metric: str) -> bool:
    """Whether a smaller value of a metric is the better one, by its name."""
    words = metric.lower()
    return any(word in words for word in LESS_IS_BETTER)


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values fit for JSON: what is no finite number becomes None."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in values.items()
    }
