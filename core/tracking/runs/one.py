"""Single runs, by their ids or the beginnings of these."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from core.errors import InputError
from core.tracking import trouble
from core.tracking.runs import shaped
from core.tracking.runs.experiments import Experiments
from core.tracking.runs.kept import Kept
from core.tracking.runs.listing import listed
from core.tracking.runs.lots import in_lots
from core.tracking.runs.source import checked
from core.tracking.runs.values import Run

WHOLE, LEAST = 32, 4
"""Letters of an id, and of the beginning of one."""
_AMBIGUOUS: Final = ""
_BYTES, _OF_AN_ID = 4 * 1024 * 1024, 200
_UNKNOWN: Final = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
_IDS_A_QUERY: Final = 100


class One:
    """Finds runs by id, for all threads; ids don't change, so that each beginning is asked for once.

    Args:
        experiments: To look in.
    """

    def __init__(self, experiments: Experiments) -> None:
        self._experiments = experiments
        self._ids: Kept[str] = Kept(_BYTES)

    def clear(self) -> None:
        """Forget all."""
        self._ids.clear()

    def seen(self, runs: Iterable[Run]) -> None:
        """Remember what addresses may name."""
        for run in runs:
            before = self._ids.get(run.short)
            if before is None:
                self._ids.put(run.short, run.id, _OF_AN_ID)
            elif before != run.id:
                self._ids.put(run.short, _AMBIGUOUS, _OF_AN_ID)

    def run(self, client: Any, own: str) -> Run:
        """A run.

        Args:
            client: MLflow's.
            own: Its id or the beginning of it.

        Raises:
            InputError: There is none, or several begin so.
        """
        from mlflow.exceptions import MlflowException

        names = self._experiments.names(client)
        if len(own) < LEAST:
            raise InputError(f"{own!r} is too short: name at least {LEAST} letters of a run's id.", "run-id")
        if len(own) < WHOLE:
            return self._beginning(client, own, names)
        try:
            return shaped.run(client.get_run(own), names)
        except MlflowException as error:
            if trouble.code(error) in _UNKNOWN:
                raise _unknown(own) from None
            raise

    def several(self, client: Any, ids: Sequence[str]) -> list[Run]:
        """Runs that there are, in the order of the ids, each once.

        Args:
            client: MLflow's.
            ids: Or the beginnings of these; what is none is passed over.
        """
        whole = [found for own in ids if (found := self._whole(client, own))]
        by_id: dict[str, Run] = {}
        names = self._experiments.names(client)
        for some in in_lots(whole, _IDS_A_QUERY):
            listed = ", ".join(f"'{own}'" for own in some)
            by_id |= {
                one.id: one for one in _search(client, names, f"attributes.run_id IN ({listed})", len(some))
            }
        return [by_id[own] for own in dict.fromkeys(whole) if own in by_id]

    def _whole(self, client: Any, own: str) -> str:
        """The id that begins so; "" where there is none, or several."""
        try:
            checked(own)
            if len(own) >= WHOLE:
                return own
            return self._ids.get(own) or self.run(client, own).id
        except InputError:
            return ""

    def _beginning(self, client: Any, own: str, names: Mapping[str, str]) -> Run:
        found = _search(client, names, f"attributes.run_id LIKE '{own.lower()}%'", 2)
        if not found:
            raise _unknown(own)
        if len(found) > 1:
            raise InputError(f"Several runs' ids begin with {own}. Name more of it.", "run-id")
        self._ids.put(own, found[0].id, _OF_AN_ID)
        return found[0]


def _search(client: Any, names: Mapping[str, str], filtered: str, most: int) -> list[Run]:
    return listed(client, names, filtered, archived="both", length=most)[0] if names else []


def _unknown(own: str) -> InputError:
    return InputError(f"There is no run {own[:40]}.", "unknown-run")
