"""Histories kept of runs that are over, and read again of those that go on."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

from core.tracking.runs import bulk
from core.tracking.runs.bulk import Pair
from core.tracking.runs.kept import Kept
from core.tracking.runs.lots import in_lots
from core.tracking.runs.source import Source
from core.tracking.runs.values import History, Run, Summary, less_is_better

BYTES: Final = 64 * 1024 * 1024
_SUMMARIES_BYTES: Final = 8 * 1024 * 1024
_OVERHEAD, _OF_A_SUMMARY = 600, 400
_RUNS_AT_A_TIME: Final = 200
Version = tuple[object, ...]


class Histories:
    """What was read of metrics, for all threads.

    Args:
        source: The way to the runs.
        most: Bytes of values that are kept.
    """

    def __init__(self, source: Source, most: int = BYTES) -> None:
        self._source = source
        self._whole: Kept[tuple[Version, History | None]] = Kept(most)
        self._short: Kept[tuple[Version, Summary | None]] = Kept(_SUMMARIES_BYTES)

    @property
    def bytes(self) -> int:
        """What is held now."""
        return self._whole.bytes + self._short.bytes

    def forget(self) -> None:
        """Read all again from now on."""
        self._whole.clear()
        self._short.clear()

    def of(self, client: Any, runs: Sequence[Run], metrics: Sequence[str]) -> dict[Pair, History]:
        """Histories by run's id and metric, in the order of the runs; what was never logged is left out."""
        found: dict[Pair, History | None] = {}
        missing: dict[Pair, Run] = {}
        for run in runs:
            for metric in metrics:
                if not _logged(run, metric):
                    continue
                kept = None if run.live else self._whole.get((run.id, metric))
                if kept and kept[0] == _version(run, metric):
                    found[run.id, metric] = kept[1]
                else:
                    found[run.id, metric] = None
                    missing[run.id, metric] = run
        if missing:
            read = bulk.read(client, self._source, missing)
            found |= read
            for pair, run in missing.items():
                self._keep(run, pair, read.get(pair))
        return {pair: history for pair, history in found.items() if history is not None}

    def summaries(self, client: Any, runs: Sequence[Run], metric: str) -> dict[str, Summary]:
        """Single numbers of a metric by run's id."""
        found: dict[str, Summary | None] = {}
        missing = []
        for run in runs:
            kept = None if run.live else self._short.get((run.id, metric))
            if kept and kept[0] == _version(run, metric):
                found[run.id] = kept[1]
            elif _logged(run, metric):
                found[run.id] = None
                missing.append(run)
        for some in in_lots(missing, _RUNS_AT_A_TIME):
            for run, summary in self._summed(client, some, metric):
                found[run.id] = summary
                if not run.live:
                    self._short.put((run.id, metric), (_version(run, metric), summary), _OF_A_SUMMARY)
        return {run: summary for run, summary in found.items() if summary is not None}

    def _summed(self, client: Any, runs: Sequence[Run], metric: str) -> Iterator[tuple[Run, Summary | None]]:
        over = [run for run in runs if not run.live]
        found = bulk.extremes(client, [run.id for run in over], metric) if over else {}
        if found is not None:
            yield from ((run, _summary(run, metric, found.get(run.id))) for run in over)
            runs = [run for run in runs if run.live]
        read = self.of(client, runs, [metric])
        for run in runs:
            history = read.get((run.id, metric))
            yield run, history.summary() if history is not None else None

    def _keep(self, run: Run, pair: Pair, history: History | None) -> None:
        if run.live:
            return
        arrays = () if history is None else (history.steps, history.at, history.values)
        for one in arrays:
            one.flags.writeable = False
        size = sum(one.nbytes for one in arrays) + _OVERHEAD
        self._whole.put(pair, (_version(run, pair[1]), history), size)


def _summary(run: Run, metric: str, extremes: tuple[float, float] | None) -> Summary:
    """Of a run that is over, whose last value is its metric."""
    if extremes is None:
        return Summary(math.nan, math.nan, math.nan, math.nan)
    low, high = extremes
    return Summary(run.metrics[metric], low, high, low if less_is_better(metric) else high)


def _logged(run: Run, metric: str) -> bool:
    """Whether a run may have logged a metric: one that is over has the last value of each."""
    return run.live or metric in run.metrics


def _version(run: Run, metric: str) -> Version:
    """What changes where more was logged: by a run that was taken up again, or after its end."""
    return run.state, run.ended, repr(run.metrics.get(metric))
