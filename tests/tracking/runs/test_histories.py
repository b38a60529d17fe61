import math
from typing import Any

import numpy as np
import pytest

from core.config.settings import Settings
from core.tracking import store
from core.tracking.runs import bulk, histories, shaped
from core.tracking.runs.listing import listed
from core.tracking.runs.reader import Reader
from core.tracking.runs.source import Source
from core.tracking.runs.values import Query
from tests.support import runs as made
from tests.tracking.runs.conftest import Filled


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many histories each question to the place of runs was for."""
    found: list[int] = []
    read = bulk.read

    def counted(client: Any, source: Any, pairs: Any) -> Any:
        found.append(len(pairs))
        return read(client, source, pairs)

    monkeypatch.setattr(bulk, "read", counted)
    return found


def test_histories_are_what_was_logged(reader: Reader, filled: Filled) -> None:
    runs = reader.several(filled.ids[:3])
    found = reader.histories(runs, ["train_loss", "test_ece", "never"])
    assert list(found) == [(run.id, name) for run in runs for name in ("train_loss", "test_ece")]
    one = found[filled.ids[1], "train_loss"]
    assert (one.run, one.metric, one.whole, one.thinned_from) == (filled.ids[1], "train_loss", True, None)
    assert list(one.steps) == [0, 1, 2, 3, 4] and one.steps.dtype == np.int64
    assert list(one.at) == [made.STARTED / 1000 + 60 + i for i in range(5)]
    assert list(one.values) == pytest.approx([made.value(1, "train_loss", i, 5) for i in range(5)])


def test_what_mlflow_gives_one_by_one_is_the_same(reader: Reader, filled: Filled) -> None:
    client = store.client(filled.settings)
    runs = reader.runs(Query(parts=True, archived="both"))
    names = sorted({name for run in runs for name in run.metrics})
    found = reader.histories(runs, names)
    assert len(found) == sum(len(run.metrics) for run in runs) > 72
    for (run, name), history in found.items():
        points = client.get_metric_history(run, name)
        plain = shaped.history(run, name, [(one.step, one.timestamp, one.value) for one in points])
        for part in ("steps", "at", "values"):
            np.testing.assert_array_equal(getattr(history, part), getattr(plain, part))


def test_what_is_no_number_stays_none(reader: Reader, filled: Filled) -> None:
    run = reader.run(filled.odd["nan"])
    found = reader.histories([run], ["loss", "only nan", "endless"])
    np.testing.assert_array_equal(found[run.id, "loss"].values, [0.5, math.nan, math.inf, -math.inf, 0.25])
    summary = reader.summaries([run], "loss")[run.id]
    assert (summary.last, summary.min, summary.max, summary.best) == (0.25, 0.25, 0.5, 0.25)
    for name in ("only nan", "endless"):
        assert math.isnan(reader.summaries([run], name)[run.id].best)


def test_a_step_logged_again_and_again_is_there_each_time(reader: Reader, filled: Filled) -> None:
    (one,) = reader.histories([reader.run(filled.odd["again"])], ["loss"]).values()
    assert list(one.steps) == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert list(one.values) == pytest.approx([0.1 * i for i in range(9)]), "by time within a step"


def test_summaries_are_those_of_the_histories(reader: Reader) -> None:
    runs = reader.runs(Query())
    for metric in (*made.METRICS, "loss", "accuracy"):
        short = reader.summaries(runs, metric)
        whole = {run: one.summary() for (run, _), one in reader.histories(runs, [metric]).items()}
        assert short == whole and short


def test_runs_that_are_over_are_read_once_and_live_ones_each_time(
    reader: Reader, filled: Filled, asked: list[int]
) -> None:
    over, live = reader.several(filled.ids[:4]), reader.run(filled.odd["running"])
    first = reader.histories([*over, live], ["train_loss"])
    assert asked == [5] and len(first) == 5
    again = reader.histories([*over, live], ["train_loss"])
    assert asked == [5, 1]
    assert all(again[run.id, "train_loss"] is first[run.id, "train_loss"] for run in over)
    with pytest.raises(ValueError, match="read-only"):
        again[over[0].id, "train_loss"].values[0] = 1.0
    reader.histories(over, ["never logged"])
    assert asked == [5, 1], "a run that is over is known not to have it"


def test_a_live_run_grows(own: Settings, filled: Filled) -> None:
    reader, client, run = Reader(own), store.client(own), filled.odd["running"]
    before = reader.histories([reader.run(run)], ["train_loss"])[run, "train_loss"]
    client.log_metric(run, "train_loss", 0.01, step=3)
    client.log_metric(run, "first seen", 1.0)
    stale = Reader(own).run(run)
    assert len(before.values) == 3
    found = reader.histories([stale], ["train_loss", "first seen"])
    assert len(found[run, "train_loss"].values) == 4 and (run, "first seen") in found
    assert reader.summaries([stale], "train_loss")[run].min == 0.01


def test_a_run_taken_up_again_is_read_again(own: Settings, filled: Filled, asked: list[int]) -> None:
    reader, client, own_id = Reader(own), store.client(own), filled.ids[0]

    def last() -> float:
        run = reader.run(own_id)
        summary = reader.summaries([run], "train_loss")[own_id]
        (history,) = reader.histories([run], ["train_loss"]).values()
        assert history.summary() == summary
        return summary.last

    first = last()
    client.update_run(own_id, status="RUNNING")
    client.log_metric(own_id, "train_loss", 0.125, step=9)
    assert last() == 0.125 != first
    client.set_terminated(own_id)
    assert last() == 0.125
    # after the end, without another end
    client.log_metric(own_id, "train_loss", 0.0625, step=10)
    assert last() == 0.0625
    count = len(asked)
    assert last() == 0.0625 and len(asked) == count


def test_memory_is_bounded(filled: Filled, asked: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histories, "BYTES", 3_000)
    reader = Reader(filled.settings)
    reader._histories = histories.Histories(reader._source, 3_000)
    runs = reader.several(filled.ids)
    for _ in range(2):
        assert len(reader.histories(runs, ["train_loss"])) == 12
        assert reader._histories.bytes <= 3_000
    assert asked[0] == 12 and 0 < asked[1] <= 12


def test_more_rows_than_one_question_may_bring(
    reader: Reader, filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_ROWS_A_QUERY", 20)
    monkeypatch.setattr(bulk, "_RUNS_A_QUERY", 3)
    runs = reader.several(filled.ids)
    found = reader.histories(runs, made.METRICS)
    assert len(found) == 72 and all(len(one.values) == 5 and one.whole for one in found.values())


def test_one_that_is_cut_says_so(reader: Reader, filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shaped, "MOST", 4)
    monkeypatch.setattr(bulk, "_ROWS_A_QUERY", 4)
    (one,) = reader.histories([reader.run(filled.ids[0])], ["train_loss"]).values()
    assert not one.whole and list(one.steps) == [0, 1, 2, 3]


@pytest.mark.long
def test_a_metric_logged_a_hundred_thousand_times(own: Settings) -> None:
    run = made.often(own)
    (one,) = Reader(own).histories([Reader(own).run(run)], ["batch_loss"]).values()
    assert one.whole and len(one.values) == 100_000 and list(one.steps[:3]) == [0, 1, 2]
    assert one.summary().max == 999.0


class _Public:
    """MLflow's client as another version of it might be: what is private to it is elsewhere."""

    def __init__(self, client: Any) -> None:
        self._own = client

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._own, name)


def test_what_is_private_to_mlflow_may_move_and_runs_are_read_all_the_same(filled: Filled) -> None:
    client = store.client(filled.settings, create=False)
    source = Source(filled.settings, lambda: None)
    pairs = [(run, name) for run in filled.ids[:2] for name in ("train_loss", "never")]
    quick, plain = (bulk.read(one, source, pairs) for one in (client, _Public(client)))
    assert set(quick) == set(plain) == {(run, "train_loss") for run in filled.ids[:2]}
    for pair, one in quick.items():
        assert list(one.values) == list(plain[pair].values) and list(one.steps) == list(plain[pair].steps)
    names = {one.experiment_id: one.name for one in client.search_experiments()}
    quick_runs, plain_runs = (listed(one, names, "", length=5)[0] for one in (client, _Public(client)))
    assert quick_runs == plain_runs and len(plain_runs) == 5
    assert bulk.extremes(_Public(client), filled.ids, "train_loss") is None
