"""MLflow's objects as our own values."""

import math
import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.tracking.runs.values import History, Run, State

MOST: Final = 500_000
"""Values of one history that are read; 12 MB of them."""
STATES: Final[Mapping[str, State]] = MappingProxyType({
    "SCHEDULED": "scheduled", "RUNNING": "running", "FINISHED": "finished", "FAILED": "failed",
    "KILLED": "killed",
})  # fmt: skip
_ENDLESS: Final = sys.float_info.max
"""What MLflow's databases hold in the place of infinity."""
NUMBERS: Final = (math.nextafter(-_ENDLESS, 0.0), math.nextafter(_ENDLESS, 0.0))
"""The least and the largest that is none of these."""

_LATEST: Final = 253_402_300_800_000
"""The year 10000, milliseconds since 1970."""


def run(found: Any, names: Mapping[str, str]) -> Run:
    """A run.

    Args:
        found: MLflow's.
        names: Of experiments, by id.
    """
    data = found.data
    return of(found.info, data.params, data.metrics, data.tags, names)


def of(
    info: Any,
    parameters: Mapping[str, str],
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
    names: Mapping[str, str],
) -> Run:
    """A run of what MLflow keeps apart.

    Args:
        info: MLflow's.
        parameters: By name.
        metrics: The last value of each.
        tags: By name.
        names: Of experiments, by id.
    """
    return Run(
        id=info.run_id,
        name=info.run_name or info.run_id[:8],
        experiment=names.get(info.experiment_id, info.experiment_id),
        state=STATES.get(info.status, "running"),
        started=_moment(info.start_time),
        ended=_moment(info.end_time),
        archived=info.lifecycle_stage == "deleted",
        parent=tags.get("mlflow.parentRunId"),
        parameters=MappingProxyType(dict(parameters)),
        metrics=MappingProxyType({name: _number(value) for name, value in metrics.items()}),
        tags=MappingProxyType(dict(tags)),
    )


def history(own: str, metric: str, rows: Sequence[tuple[int, int, float]]) -> History:
    """A history.

    Args:
        own: The run's id.
        metric: Its name.
        rows: Step, milliseconds since 1970, value; in any order, at least one. Past `MOST` they are cut.
    """
    table = np.array(rows[:MOST], np.float64).reshape(-1, 3)
    steps = np.array([row[0] for row in rows[:MOST]], np.int64)
    order = np.lexsort((table[:, 2], table[:, 1], steps))
    values: NDArray[np.float64] = table[order, 2]
    endless = np.abs(values) >= _ENDLESS
    values[endless] = np.sign(values[endless]) * np.inf
    return History(own, metric, steps[order], table[order, 1] / 1000, values, len(rows) <= MOST)


def _moment(milliseconds: int | None) -> float | None:
    """Seconds since 1970; None for what no calendar has, such as a program's nanoseconds."""
    return milliseconds / 1000 if milliseconds and 0 < milliseconds < _LATEST else None


def _number(value: float) -> float:
    return math.copysign(math.inf, value) if abs(value) >= _ENDLESS else value
