"""Names of experiments, asked for as seldom as possible."""

import time
from collections.abc import Mapping, Sequence
from threading import Lock
from types import MappingProxyType
from typing import Any, Final

from core.tracking.runs.source import Source
from core.tracking.runs.values import Experiment

AGE_S: Final = 5.0
"""After which a server is asked again."""
_PAGE: Final = 1_000


class Experiments:
    """All experiments of a place, for all threads.

    Args:
        source: The way to the runs.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lock = Lock()
        self._found: tuple[Experiment, ...] = ()
        self._as_of: object = None
        self._at = 0.0

    def forget(self) -> None:
        """Ask again the next time."""
        with self._lock:
            self._as_of, self._at = None, 0.0

    def all(self, client: Any) -> tuple[Experiment, ...]:
        """Every one, archived too, the newest first."""
        stamp = self._source.stamp()
        with self._lock:
            fresh = time.monotonic() - self._at < AGE_S and self._at > 0.0
            if (stamp is None and fresh) or (stamp is not None and stamp == self._as_of):
                return self._found
        found = _listed(client)
        with self._lock:
            self._found, self._as_of, self._at = found, stamp, time.monotonic()
        return found

    def names(self, client: Any, wanted: Sequence[str] = (), archived: bool = True) -> Mapping[str, str]:
        """Names by id.

        Args:
            client: MLflow's.
            wanted: Of these only; of all where there are none.
            archived: Those that are archived too.
        """
        several = self.all(client)
        if set(wanted) - {one.name for one in several}:
            self.forget()
            several = self.all(client)
        return MappingProxyType({
            one.id: one.name
            for one in several
            if (archived or not one.archived) and (not wanted or one.name in wanted)
        })  # fmt: skip


def _listed(client: Any) -> tuple[Experiment, ...]:
    from mlflow.entities import ViewType

    found: list[Experiment] = []
    token = None
    while True:
        page = client.search_experiments(ViewType.ALL, max_results=_PAGE, page_token=token)
        found += [Experiment(one.experiment_id, one.name, one.lifecycle_stage == "deleted") for one in page]
        token = page.token
        if not token:
            return tuple(found)
