"""Reads runs of any MLflow 3 tracking address, as our own frozen values."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from core.config.settings import Settings
from core.errors import InputError
from core.tracking import store
from core.tracking.runs.values import (
    Artefact,
    Experiment,
    History,
    Page,
    Query,
    Run,
    State,
    Summary,
)

PAGE: Final = 200
_STATES: Final[Mapping[str, State]] = MappingProxyType({
    "SCHEDULED": "scheduled", "RUNNING": "running", "FINISHED": "finished", "FAILED": "failed",
    "KILLED": "killed",
})  # fmt: skip


class Reader:
    """Reads, and changes what a person may change of a run. One for a process; any thread may use it.

    Args:
        settings: Where runs are.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def experiments(self) -> list[Experiment]:
        """Every experiment that isn't archived, the one used last first.

        Raises:
            AwayError: Runs can't be reached now.
        """
        found = self._client().search_experiments()
        return [Experiment(one.experiment_id, one.name) for one in found]

    def page(self, query: Query, after: str = "", size: int = PAGE) -> Page:
        """Some of the runs that a query means.

        Args:
            query: Which ones.
            after: `Page.next` of the page before.
            size: At most so many, 1..1000.

        Raises:
            InputError: The filter or the order isn't in MLflow's language; what is wrong is said.
            AwayError: Runs can't be reached now.
        """
        from mlflow.entities import ViewType

        views = {"no": ViewType.ACTIVE_ONLY, "only": ViewType.DELETED_ONLY, "both": ViewType.ALL}
        client = self._client()
        names = {one.experiment_id: one.name for one in client.search_experiments()}
        ids = [own for own, name in names.items() if not query.experiments or name in query.experiments]
        if not ids:
            return Page([])
        found = client.search_runs(
            ids,
            query.filter,
            views[query.archived],
            size,
            [query.order] if query.order else None,
            after or None,
        )
        runs = [_run(one, names) for one in found]
        kept = [
            one
            for one in runs
            if (query.parts or one.parent is None) and (not query.states or one.state in query.states)
        ]
        return Page(kept, found.token or "")

    def runs(self, query: Query, most: int = 5_000) -> list[Run]:
        """All runs that a query means, at most so many.

        Raises:
            InputError: As `page`.
            AwayError: As `page`.
        """
        found: list[Run] = []
        page = self.page(query, size=1_000)
        found.extend(page.runs)
        while page.next and len(found) < most:
            page = self.page(query, page.next, 1_000)
            found.extend(page.runs)
        return found[:most]

    def run(self, own: str) -> Run:
        """A run by its id, or by the beginning of it that only one run has.

        Raises:
            InputError: There is none, or several begin so.
            AwayError: Runs can't be reached now.
        """
        from mlflow.exceptions import MlflowException

        client = self._client()
        names = {one.experiment_id: one.name for one in client.search_experiments()}
        try:
            return _run(client.get_run(own), names)
        except MlflowException:
            raise InputError(f"There is no run {own[:40]}.", "unknown-run") from None

    def parts(self, run: str) -> list[Run]:
        """The runs that are parts of one: folds, trials, the random split; in the order they began."""
        asked = Query(filter=f"tags.`mlflow.parentRunId` = '{run}'", parts=True)
        return sorted(self.runs(asked), key=lambda one: one.started or 0.0)

    def histories(self, runs: Sequence[Run], metrics: Sequence[str]) -> dict[tuple[str, str], History]:
        """All values of some metrics of some runs, by run's id and metric; what was never logged is left out.

        Those of runs that are over are read once and kept; of live ones they are read again.

        Raises:
            AwayError: Runs can't be reached now.
        """
        client, found = self._client(), {}
        for run in runs:
            for metric in metrics:
                points = client.get_metric_history(run.id, metric)
                if points:
                    found[run.id, metric] = _history(run.id, metric, points)
        return found

    def summaries(self, runs: Sequence[Run], metric: str) -> dict[str, Summary]:
        """Last, least, largest and best value of a metric, by run's id."""
        return {run: history.summary() for (run, _), history in self.histories(runs, [metric]).items()}

    def artefacts(self, run: str, folder: str = "") -> list[Artefact]:
        """What a run logged in one of its folders: folders first, then files by name.

        Raises:
            InputError: There is no such run.
            AwayError: The place of files can't be reached now.
        """
        found = self._client().list_artifacts(run, folder or None)
        several = [Artefact(one.path, bool(one.is_dir), one.file_size) for one in found]
        return sorted(several, key=lambda one: (not one.folder, one.path))

    def content(self, run: str, path: str, most: int = 16 * 1024 * 1024) -> bytes:
        """A file that a run logged.

        Args:
            run: Its id.
            path: The file's, in the run.
            most: A larger one is refused.

        Raises:
            InputError: There is no such run or file, or it is larger.
            AwayError: The place of files can't be reached now.
        """
        raise NotImplementedError

    def rename(self, run: str, name: str) -> None:
        """Call a run otherwise.

        Raises:
            InputError: There is no such run, or the name is empty or too long.
            AwayError: Runs can't be reached now.
        """
        self._client().set_tag(run, "mlflow.runName", name)

    def tag(self, run: str, name: str, value: str) -> None:
        """Set a tag of a run; "" as the value removes it. Tags of ours and of MLflow's own are refused."""
        self._client().set_tag(run, name, value)

    def note(self, run: str, text: str) -> None:
        """Write down what a person thinks of a run."""
        self._client().set_tag(run, "mlflow.note.content", text)

    def archive(self, run: str) -> None:
        """Hide a run, with its parts; nothing of it is lost."""
        self._client().delete_run(run)

    def restore(self, run: str) -> None:
        """Take an archived run back, with its parts."""
        self._client().restore_run(run)

    def _client(self) -> Any:
        return store.client(self._settings, create=False)


def _run(found: Any, names: Mapping[str, str]) -> Run:
    info, data = found.info, found.data
    return Run(
        id=info.run_id,
        name=info.run_name or info.run_id[:8],
        experiment=names.get(info.experiment_id, info.experiment_id),
        state=_STATES.get(info.status, "running"),
        started=info.start_time / 1000 if info.start_time else None,
        ended=info.end_time / 1000 if info.end_time else None,
        archived=info.lifecycle_stage == "deleted",
        parent=data.tags.get("mlflow.parentRunId"),
        parameters=MappingProxyType(dict(data.params)),
        metrics=MappingProxyType(dict(data.metrics)),
        tags=MappingProxyType(dict(data.tags)),
    )


def _history(run: str, metric: str, points: Sequence[Any]) -> History:
    rows = sorted((one.step, one.timestamp / 1000, one.value) for one in points)
    steps, at, values = zip(*rows, strict=True)
    return History(
        run, metric, np.array(steps, np.int64), np.array(at, np.float64), np.array(values, np.float64)
    )
