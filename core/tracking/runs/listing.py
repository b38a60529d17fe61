"""One question to MLflow for runs, answered without its object for every parameter, metric and tag.

These objects are what a listing of a database takes nine tenths of its time for.
"""

import copy
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.tracking.runs import shaped
from core.tracking.runs.lots import in_lots
from core.tracking.runs.source import place_of
from core.tracking.runs.values import Archived, Run

_RUNS_A_QUERY: Final = 500
_EAGER: Final = "_get_eager_run_query_options"
Texts = Mapping[str, Mapping[str, Any]]


def listed(
    client: Any,
    names: Mapping[str, str],
    filtered: str,
    *,
    archived: Archived = "no",
    length: int = 1_000,
    order: str = "",
    token: str = "",
) -> tuple[list[Run], str]:
    """Runs that a filter finds, and what to ask for the following ones with.

    Args:
        client: MLflow's.
        names: Of the experiments to look in, by id.
        filtered: In MLflow's language.
        archived: Whether those that are archived come too, or alone.
        length: At most so many.
        order: In MLflow's language.
        token: Of the page before.
    """
    from mlflow.entities import ViewType

    views = {"no": ViewType.ACTIVE_ONLY, "only": ViewType.DELETED_ONLY, "both": ViewType.ALL}
    asked = (list(names), filtered, views[archived], length, [order] if order else None, token or None)
    place = place_of(client)
    if not (hasattr(place, "ManagedSessionMaker") and hasattr(place, _EAGER)):
        found = client.search_runs(*asked)
        return [shaped.run(one, names) for one in found], _text(found.token)
    found = _lean(place).search_runs(*asked)
    infos = [one.info for one in found]
    return _completed(place, infos, names), _text(found.token)


def _text(token: str | bytes | None) -> str:
    """Databases give bytes, servers text."""
    return token.decode() if isinstance(token, bytes) else token or ""


def _lean(place: Any) -> Any:
    """MLflow's store, but its search finds runs without what belongs to them."""
    from mlflow.store.tracking.dbmodels.models import SqlRun
    from sqlalchemy import false
    from sqlalchemy.orm import selectinload

    several = (SqlRun.latest_metrics, SqlRun.params, SqlRun.tags)
    options = [selectinload(one.and_(false())) for one in several]
    lean = copy.copy(place)
    setattr(lean, _EAGER, lambda: options)
    return lean


def _completed(place: Any, infos: Sequence[Any], names: Mapping[str, str]) -> list[Run]:
    from mlflow.store.tracking.dbmodels.models import SqlLatestMetric, SqlParam, SqlTag

    found: list[Run] = []
    for some in in_lots(infos, _RUNS_A_QUERY):
        ids = [one.run_id for one in some]
        with place.ManagedSessionMaker() as session:
            parameters, metrics, tags = (
                _of(session, one, ids) for one in (SqlParam, SqlLatestMetric, SqlTag)
            )
        found += [
            shaped.of(one, parameters[one.run_id], metrics[one.run_id], tags[one.run_id], names)
            for one in some
        ]
    return found


def _of(session: Any, table: Any, ids: Sequence[str]) -> Texts:
    """The rows of a table of names and values, by run."""
    from sqlalchemy import select

    columns = [table.run_uuid, table.key, table.value]
    numbers = hasattr(table, "is_nan")
    if numbers:
        columns.append(table.is_nan)
    found: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for run, key, value, *nothing in session.execute(select(*columns).where(table.run_uuid.in_(ids))):
        # the same few names come once for each run
        found[run][sys.intern(key)] = float("nan") if nothing and nothing[0] else value
    return found
