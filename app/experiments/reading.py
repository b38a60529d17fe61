"""The one reader of runs that all sessions share, and what it read a moment ago."""

import time
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final

import streamlit as st

from core.config.settings import Settings, settings
from core.errors import InputError, StudioError
from core.tracking import store
from core.tracking.runs.reader import Reader
from core.tracking.runs.values import Experiment, Query, Run, Summary

FRESH_S: Final = 2.0
"""What was read is new for so long, a failure too: ten open tabs ask once."""
NAMES_S: Final = 15.0
"""The names of experiments are new for so long."""
_RUNS: Final = 400
KEPT: Final = 8
"""Listings that are kept, each up to `MOST` runs."""
MOST: Final = 5_000
"""Runs that are read at most."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What was read of a query.

    Attributes:
        runs: In the query's order.
        at: When that was, seconds since 1970.
        took: How long it took, seconds.
        whole: False where there are more than were read.
        trouble: Why it could not be read again since; empty where it could.
    """

    runs: Sequence[Run]
    at: float
    took: float
    whole: bool = True
    trouble: str = ""


class Recent:
    """Listings read a moment ago. Any thread may use it; the same query is read by one at a time."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._lock = Lock()
        self._each: dict[Query, Lock] = {}
        self._found: OrderedDict[Query, tuple[float, Listing | StudioError]] = OrderedDict()
        self._runs: OrderedDict[str, tuple[float, Run | None]] = OrderedDict()
        self._experiments: list[Experiment] = []
        self._experiments_until = 0.0
        self._summaries: dict[str, dict[str, Summary]] = {}

    def listed(self, query: Query) -> Listing:
        """The runs of a query, at most `FRESH_S` old; older ones, with why, where they can't be read now.

        Raises:
            InputError: The filter isn't in MLflow's language.
            StudioError: They can't be read, and never were.
        """
        with self._lock:
            alone = self._each.setdefault(query, Lock())
        with alone:
            known = self._known(query)
            if known is None or time.monotonic() >= known[0]:
                known = self._keep(query, self._read(query, known[1] if known else None))
        if isinstance(known[1], StudioError):
            raise known[1]
        return known[1]

    def experiments(self) -> list[Experiment]:
        """The experiments, at most `NAMES_S` old; those that were read last where they can't be read now."""
        if time.monotonic() >= self._experiments_until:
            # at once: a slow server isn't asked by every tab
            self._experiments_until = time.monotonic() + NAMES_S
            with suppress(StudioError):
                self._experiments = self._reader.experiments()
        return self._experiments

    def several(self, ids: Sequence[str]) -> list[Run]:
        """Runs by the beginnings of their ids, at most `FRESH_S` old; what is not found is left out.

        Those that were read last stay where they can't be read now.
        """
        now = time.monotonic()
        stale = [own for own in ids if self._runs.get(own, (0.0, None))[0] <= now]
        if stale:
            with suppress(StudioError):
                self._seen(stale, self._reader.several(stale))
        found = [self._runs.get(own, (0.0, None))[1] for own in ids]
        return [one for one in found if one]

    def _seen(self, ids: Sequence[str], runs: Sequence[Run]) -> None:
        until = time.monotonic() + FRESH_S
        with self._lock:
            for own in ids:
                run = next((one for one in runs if one.id.startswith(own)), None)
                self._runs[own] = (until, run)
                self._runs.move_to_end(own)
            while len(self._runs) > _RUNS:
                self._runs.popitem(last=False)

    def summaries(self, runs: Sequence[Run], metric: str) -> dict[str, Summary]:
        """Last, least, largest and best value by run's id; what was read last where it can't be read now."""
        kept = self._summaries.setdefault(metric, {})
        try:
            kept.update(self._reader.summaries([one for one in runs if metric in one.metrics], metric))
        except StudioError:
            if not kept:
                raise
        return kept

    def listed_before(self, query: Query) -> bool:
        """Whether the runs of a query were read before, in whichever session."""
        known = self._known(query)
        return known is not None and isinstance(known[1], Listing)

    def forget(self) -> None:
        """Read again at the next look: something was changed here."""
        with self._lock:
            self._found = OrderedDict((query, (0.0, found)) for query, (_, found) in self._found.items())
            self._experiments_until = 0.0
            self._runs = OrderedDict((own, (0.0, found)) for own, (_, found) in self._runs.items())

    def _known(self, query: Query) -> tuple[float, Listing | StudioError] | None:
        with self._lock:
            return self._found.get(query)

    def _keep(self, query: Query, found: Listing | StudioError) -> tuple[float, Listing | StudioError]:
        kept = (time.monotonic() + FRESH_S, found)
        with self._lock:
            self._found[query] = kept
            self._found.move_to_end(query)
            while len(self._found) > KEPT:
                gone, _ = self._found.popitem(last=False)
                self._each.pop(gone, None)
        return kept

    def _read(self, query: Query, last: Listing | StudioError | None) -> Listing | StudioError:
        began = time.monotonic()
        try:
            runs = self._reader.runs(query, MOST + 1)
        except InputError as error:
            return error
        except StudioError as error:
            return replace(last, trouble=error.sentence) if isinstance(last, Listing) else error
        return Listing(runs[:MOST], time.time(), time.monotonic() - began, len(runs) <= MOST)


def reader() -> Reader:
    """The reader of the runs that the settings name."""
    return _reader(settings(), store.uri(settings()))


def recent() -> Recent:
    """What that reader read a moment ago, for all sessions."""
    return _recent(settings(), store.uri(settings()))


def _place(here: Settings) -> str:
    return str(here.var)


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs={Settings: _place})
def _reader(here: Settings, uri: str) -> Reader:  # noqa: ARG001
    return Reader(here)


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs={Settings: _place})
def _recent(here: Settings, uri: str) -> Recent:
    return Recent(_reader(here, uri))
