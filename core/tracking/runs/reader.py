"""Reads runs of any MLflow 3 tracking address, as our own frozen values."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from core.config.settings import Settings
from core.tracking.runs import changes, files, search
from core.tracking.runs.experiments import Experiments
from core.tracking.runs.histories import Histories
from core.tracking.runs.kept import Kept
from core.tracking.runs.one import One
from core.tracking.runs.source import Source, Stamp, checked
from core.tracking.runs.values import Archived, Artefact, Experiment, History, Page, Query, Run, Summary

PAGE: Final = 200
_FETCH_S: Final = 60.0
_PAGES_BYTES: Final = 64 * 1024 * 1024
_OF_A_RUN, _OF_A_VALUE = 1_500, 120
_NEWEST: Final = 50


class Reader:
    """Reads, and changes what a person may change of a run. One for a process; any thread may use it.

    Args:
        settings: Where runs are.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._source = Source(settings, self._forget)
        self._experiments = Experiments(self._source)
        self._histories = Histories(self._source)
        self._pages: Kept[tuple[Stamp, Page]] = Kept(_PAGES_BYTES)
        self._one = One(self._experiments)

    def experiments(self) -> list[Experiment]:
        """Every experiment that isn't archived, the one used last first.

        Raises:
            AwayError: Runs can't be reached now.
        """

        def listed(client: Any) -> list[Experiment]:
            several = [one for one in self._experiments.all(client) if not one.archived]
            newest = self._page(client, Query(parts=True), "", _NEWEST).runs
            used = list(dict.fromkeys(run.experiment for run in newest))
            places = {name: place for place, name in enumerate(used)}
            return sorted(several, key=lambda one: places.get(one.name, len(places)))

        return self._source.ask(listed)

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
        search.refuse_long(query)
        return self._source.ask(lambda client: self._page(client, query, after, size))

    def runs(self, query: Query, most: int = 5_000) -> list[Run]:
        """All runs that a query means, at most so many.

        Raises:
            InputError: As `page`.
            AwayError: As `page`.
        """
        search.refuse_long(query)
        return self._source.ask(lambda client: self._runs(client, query, most))

    def run(self, own: str) -> Run:
        """A run by its id, or by the beginning of it that only one run has; archived ones too.

        Args:
            own: At least 4 letters.

        Raises:
            InputError: There is none, or several begin so.
            AwayError: Runs can't be reached now.
        """
        checked(own)
        return self._source.ask(lambda client: self._one.run(client, own))

    def several(self, ids: Sequence[str]) -> list[Run]:
        """Runs by their ids or beginnings of these, in their order; what is not found is left out.

        Raises:
            AwayError: Runs can't be reached now.
        """
        return self._source.ask(lambda client: self._one.several(client, ids)) if ids else []

    def parts(self, run: str, archived: Archived = "no") -> list[Run]:
        """The runs that are parts of one: folds, trials, the random split; in the order they began.

        Args:
            run: Its id.
            archived: Whether those that are archived come too, or alone.

        Raises:
            InputError: That is no run's id.
            AwayError: Runs can't be reached now.
        """
        checked(run)
        return self._source.ask(lambda client: self._parts(client, run, archived))

    def histories(self, runs: Sequence[Run], metrics: Sequence[str]) -> dict[tuple[str, str], History]:
        """All values of some metrics of some runs, by run's id and metric; what was never logged is left out.

        Those of runs that are over are read once and kept; of live ones they are read again.

        Raises:
            AwayError: Runs can't be reached now.
        """
        return self._source.ask(lambda client: self._histories.of(client, runs, metrics))

    def summaries(self, runs: Sequence[Run], metric: str) -> dict[str, Summary]:
        """Last, least, largest and best value of a metric, by run's id.

        Raises:
            AwayError: Runs can't be reached now.
        """
        return self._source.ask(lambda client: self._histories.summaries(client, runs, metric))

    def artefacts(self, run: str, folder: str = "") -> list[Artefact]:
        """What a run logged in one of its folders: folders first, then files by name.

        Raises:
            InputError: There is no such run.
            AwayError: The place of files can't be reached now.
        """
        checked(run)
        return self._source.ask(lambda client: files.artefacts(client, run, folder))

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
        checked(run)
        return self._source.ask(
            lambda client: files.content(client, run, path, most, self._settings), _FETCH_S
        )

    def rename(self, run: str, name: str) -> None:
        """Call a run otherwise.

        Raises:
            InputError: There is no such run, or the name is empty or too long.
            AwayError: Runs can't be reached now.
        """
        self._change(run, lambda client: changes.rename(client, run, name))

    def tag(self, run: str, name: str, value: str) -> None:
        """Set a tag of a run; "" as the value removes it. Tags of ours and of MLflow's own are refused.

        Raises:
            InputError: There is no such run, or the tag can't be set by hand.
            AwayError: Runs can't be reached now.
        """
        self._change(run, lambda client: changes.tag(client, run, name, value))

    def note(self, run: str, text: str) -> None:
        """Write down what a person thinks of a run.

        Raises:
            InputError: There is no such run, or the text is too long.
            AwayError: Runs can't be reached now.
        """
        self._change(run, lambda client: changes.note(client, run, text))

    def archive(self, run: str) -> None:
        """Hide a run, with its parts; nothing of it is lost.

        Raises:
            InputError: There is no such run.
            AwayError: Runs can't be reached now.
        """
        self._change(run, lambda client: changes.archive(client, run, self._below(client)))

    def restore(self, run: str) -> None:
        """Take an archived run back, with its parts.

        Raises:
            InputError: There is no such run.
            AwayError: Runs can't be reached now.
        """
        self._change(run, lambda client: changes.restore(client, run, self._below(client)))

    def _change(self, run: str, do: Callable[[Any], None]) -> None:
        checked(run)
        self._source.ask(do)

    def _page(self, client: Any, query: Query, after: str, size: int) -> Page:
        stamp, key = self._source.stamp(), (query, after, size)
        kept = self._pages.get(key)
        if stamp is not None and kept and kept[0] == stamp:
            return kept[1]
        names = self._experiments.names(client, query.experiments, query.archived != "no")
        found = search.page(client, self._source, names, query, after, size)
        self._one.seen(found.runs)
        if stamp is not None:
            self._pages.put(key, (stamp, found), _bytes(found))
        return found

    def _runs(self, client: Any, query: Query, most: int) -> list[Run]:
        found: list[Run] = []
        after = ""
        while len(found) < most:
            page = self._page(client, query, after, min(most, search.LARGEST))
            found.extend(page.runs)
            after = page.next
            if not after:
                break
        return found[:most]

    def _parts(self, client: Any, run: str, archived: Archived) -> list[Run]:
        asked = Query(filter=f"tags.`mlflow.parentRunId` = '{run}'", parts=True, archived=archived)
        return sorted(self._runs(client, asked, 5_000), key=lambda one: one.started or 0.0)

    def _below(self, client: Any) -> changes.Parts:
        return lambda run: self._parts(client, run, "both")

    def _forget(self) -> None:
        for one in (self._pages, self._one):
            one.clear()
        for other in (self._experiments, self._histories):
            other.forget()


def _bytes(page: Page) -> int:
    """About what it takes."""
    values = sum(len(one.parameters) + len(one.metrics) + len(one.tags) for one in page.runs)
    return _OF_A_RUN * (1 + len(page.runs)) + _OF_A_VALUE * values
