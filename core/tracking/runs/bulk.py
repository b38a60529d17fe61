"""Histories of many runs at once, in the quickest way that a place of runs has."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from core.tracking import trouble
from core.tracking.runs import shaped
from core.tracking.runs.lots import in_lots
from core.tracking.runs.source import Source, place_of
from core.tracking.runs.values import History

Pair = tuple[str, str]
"""A run's id and a metric's name."""
_RUNS_A_QUERY: Final = 200
_ROWS_A_QUERY: Final = 500_000
_RUNS_A_REQUEST, _VALUES_A_REQUEST = 100, 25_000
"""What MLflow's server gives at most."""
_ENDPOINT: Final = "/ajax-api/2.0/mlflow/metrics/get-history-bulk"
_AT_ONCE: Final = 6
_GONE: Final = "RESOURCE_DOES_NOT_EXIST"


def read(client: Any, source: Source, pairs: Iterable[Pair]) -> dict[Pair, History]:
    """Histories; what was never logged is left out.

    Args:
        client: MLflow's.
        source: What the server can do.
        pairs: Which.
    """
    wanted = list(dict.fromkeys(pairs))
    place = place_of(client)
    if hasattr(place, "ManagedSessionMaker"):
        several = _from_database(place, wanted)
    else:
        several = _from_server(client, source, place, wanted)
    # a lot at a time: as rows values take six times what they take in a history
    return {pair: shaped.history(*pair, found) for rows in several for pair, found in rows.items() if found}


Rows = dict[Pair, list[tuple[int, int, float]]]


def _from_database(place: Any, wanted: Sequence[Pair]) -> Iterator[Rows]:
    """Rows as they are in the table: MLflow's own objects of them take ten times as long."""
    for metrics, runs in _alike(wanted).items():
        for some in in_lots(runs, _RUNS_A_QUERY):
            rows = _selected(place, some, metrics)
            if rows is not None:
                yield rows
                continue
            for run in some:
                for metric in metrics:
                    yield _selected(place, [run], [metric]) or {}


def _alike(wanted: Sequence[Pair]) -> Mapping[tuple[str, ...], list[str]]:
    """Runs by the metrics that are wanted of them."""
    metrics = defaultdict(list)
    for run, metric in wanted:
        metrics[run].append(metric)
    found = defaultdict(list)
    for run, several in metrics.items():
        found[tuple(sorted(several))].append(run)
    return found


def _selected(place: Any, runs: Sequence[str], metrics: Sequence[str]) -> Rows | None:
    """All rows of some runs' metrics; of one alone the first ones. None where there are more."""
    from mlflow.store.tracking.dbmodels.models import SqlMetric
    from sqlalchemy import select

    columns = [SqlMetric.run_uuid, SqlMetric.key, SqlMetric.step, SqlMetric.timestamp, SqlMetric.value]
    question = select(*columns, SqlMetric.is_nan).where(
        SqlMetric.run_uuid.in_(list(runs)), SqlMetric.key.in_(list(metrics))
    )
    alone = len(runs) * len(metrics) == 1
    most = shaped.MOST + 1 if alone else _ROWS_A_QUERY
    if alone:
        question = question.order_by(SqlMetric.timestamp, SqlMetric.step)
    found: Rows = defaultdict(list)
    count = 0
    with place.ManagedSessionMaker() as session:
        for run, metric, step, at, value, nothing in session.execute(question.limit(most)):
            found[run, metric].append((step, at, float("nan") if nothing else value))
            count += 1
    return dict(found) if alone or count < most else None


def extremes(client: Any, runs: Sequence[str], metric: str) -> dict[str, tuple[float, float]] | None:
    """The least and the largest number of a metric by run's id, as the database itself finds them.

    Args:
        client: MLflow's.
        runs: Their ids.
        metric: Its name; runs without any number of it are left out.

    Returns:
        None where there is no database to ask.
    """
    place = place_of(client)
    if not hasattr(place, "ManagedSessionMaker"):
        return None
    from mlflow.store.tracking.dbmodels.models import SqlMetric
    from sqlalchemy import false, func, select

    question = select(SqlMetric.run_uuid, func.min(SqlMetric.value), func.max(SqlMetric.value)).where(
        SqlMetric.key == metric,
        SqlMetric.is_nan == false(),
        SqlMetric.value.between(*shaped.NUMBERS),
    )
    found: dict[str, tuple[float, float]] = {}
    with place.ManagedSessionMaker() as session:
        for some in in_lots(runs, _RUNS_A_QUERY):
            rows = session.execute(
                question.where(SqlMetric.run_uuid.in_(list(some))).group_by(SqlMetric.run_uuid)
            )
            found |= {run: (low, high) for run, low, high in rows}
    return found


def _from_server(client: Any, source: Source, place: Any, wanted: Sequence[Pair]) -> Iterator[Rows]:
    runs = defaultdict(list)
    for run, metric in wanted:
        runs[metric].append(run)
    jobs = [(metric, some) for metric, own in runs.items() for some in in_lots(sorted(own), _RUNS_A_REQUEST)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(lambda job: _requested(client, source, place, *job), jobs)


def _requested(client: Any, source: Source, place: Any, metric: str, runs: Sequence[str]) -> Rows:
    """A metric of some runs, which are in the order of their ids, as the server's answer is."""
    found: Rows = {}
    left = list(runs)
    while left and source.bulk and hasattr(place, "get_host_creds"):
        rows = _answer(place, metric, left)
        if rows is None:
            source.bulk = False
            break
        if sum(map(len, rows.values())) < _VALUES_A_REQUEST:
            return found | rows
        # the last one may be cut
        cut = max(rows)[0]
        found |= {pair: some for pair, some in rows.items() if pair[0] != cut}
        if left[0] == cut or len(rows) == 1:
            found |= _one(client, cut, metric)
            left = [run for run in left if run > cut]
        else:
            left = [run for run in left if run >= cut]
    for run in left:
        found |= _one(client, run, metric)
    return found


def _answer(place: Any, metric: str, runs: Sequence[str]) -> Rows | None:
    """What the server says of several runs; None where it doesn't know such a question."""
    from mlflow.utils.rest_utils import http_request, verify_rest_response

    asked = [("run_id", run) for run in runs]
    more = [("metric_key", metric), ("max_results", str(_VALUES_A_REQUEST))]
    answer = http_request(place.get_host_creds(), _ENDPOINT, "GET", params=[*asked, *more])
    if answer.status_code in (404, 405):
        return None
    verify_rest_response(answer, _ENDPOINT)
    found: Rows = defaultdict(list)
    for one in answer.json().get("metrics", ()):
        found[one["run_id"], metric].append((int(one["step"]), int(one["timestamp"]), float(one["value"])))
    return dict(found)


def _one(client: Any, run: str, metric: str) -> Rows:
    from mlflow.exceptions import MlflowException

    try:
        points = client.get_metric_history(run, metric)
    except MlflowException as error:
        if trouble.code(error) == _GONE:
            return {}
        raise
    return {(run, metric): [(one.step, one.timestamp, one.value) for one in points]} if points else {}
