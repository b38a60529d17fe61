"""What was read is shared for a moment, and kept where it can't be read again."""

import threading
import time
from collections.abc import Sequence

import pytest

from app.experiments import reading
from app.experiments.reading import Recent
from core.errors import InputError
from core.tracking.runs.values import Experiment, Query, Run, Summary
from core.tracking.store import AwayError


class Server:
    """Stands where the runs are: counts how often it is asked, and can be away."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = False
        self.many = 1

    def runs(self, query: Query, most: int) -> list[Run]:
        self.asked += 1
        time.sleep(0.02)
        if self.away:
            raise AwayError("The runs can't be reached.", "tracking-away")
        if query.filter == "bad":
            raise InputError("That is no filter.", "filter")
        return [Run(f"{n:032x}", f"run {n}", "e", "finished") for n in range(min(self.many, most))]

    def several(self, ids: Sequence[str]) -> list[Run]:
        self.asked += 1
        if self.away:
            raise AwayError("The runs can't be reached.", "tracking-away")
        return [Run(own + "0" * 24, "one", "e", "finished") for own in ids if own != "ffffffff"]

    def experiments(self) -> list[Experiment]:
        self.asked += 1
        if self.away:
            raise AwayError("The runs can't be reached.", "tracking-away")
        return [Experiment("1", "mine")]

    def summaries(self, runs: Sequence[Run], metric: str) -> dict[str, Summary]:
        if self.away:
            raise AwayError("The runs can't be reached.", "tracking-away")
        return {one.id: Summary(1.0, 1.0, 1.0, 1.0) for one in runs}


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def recent(server: Server) -> Recent:
    return Recent(server)  # type: ignore[arg-type]


def test_ten_tabs_ask_once(server: Server, recent: Recent) -> None:
    tabs = [threading.Thread(target=recent.listed, args=(Query(),)) for _ in range(10)]
    for one in tabs:
        one.start()
    for one in tabs:
        one.join()
    assert server.asked == 1
    recent.listed(Query(filter="other"))
    assert server.asked == 2
    recent.forget()
    recent.listed(Query())
    assert server.asked == 3


def test_the_last_good_answer_stays_with_why(
    server: Server, recent: Recent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "FRESH_S", 0.0)
    first = recent.listed(Query())
    assert [one.name for one in recent.several(["aaaaaaaa"])] == ["one"] and not first.trouble
    assert [one.name for one in recent.experiments()] == ["mine"]
    server.away = True
    again = recent.listed(Query())
    assert again.runs == first.runs and again.at == first.at
    assert again.trouble == "The runs can't be reached."
    assert [one.id[:8] for one in recent.several(["aaaaaaaa", "bbbbbbbb"])] == ["aaaaaaaa"]
    recent.forget()
    assert [one.name for one in recent.experiments()] == ["mine"]
    with pytest.raises(AwayError):
        recent.listed(Query(filter="never read"))
    server.away = False
    assert not recent.listed(Query()).trouble


def test_a_failure_is_asked_about_once_too(server: Server, recent: Recent) -> None:
    server.away = True
    for _ in range(3):
        with pytest.raises(AwayError):
            recent.listed(Query())
    assert server.asked == 1


def test_a_wrong_filter_is_refused_and_changes_nothing(server: Server, recent: Recent) -> None:
    good = recent.listed(Query())
    with pytest.raises(InputError, match="no filter"):
        recent.listed(Query(filter="bad"))
    assert recent.listed(Query()) is good


def test_it_says_where_there_are_more_than_it_read(server: Server, recent: Recent) -> None:
    server.many = reading.MOST
    assert recent.listed(Query()).whole
    server.many += 1
    recent.forget()
    cut = recent.listed(Query())
    assert len(cut.runs) == reading.MOST and not cut.whole


def test_runs_out_of_the_table_and_names_are_asked_for_once_for_all(server: Server, recent: Recent) -> None:
    wanted = ["bbbbbbbb", "ffffffff", "aaaaaaaa"]
    for _ in range(3):
        assert [one.short for one in recent.several(wanted)] == ["bbbbbbbb", "aaaaaaaa"]
        recent.experiments()
    assert server.asked == 2
    assert recent.several([]) == []


def test_it_keeps_few_listings(server: Server, recent: Recent) -> None:
    for number in range(reading.KEPT + 1):
        recent.listed(Query(filter=str(number)))
    recent.listed(Query(filter=str(reading.KEPT)))
    assert server.asked == reading.KEPT + 1
    recent.listed(Query(filter="0"))
    assert server.asked == reading.KEPT + 2


def test_values_that_were_read_stay(server: Server, recent: Recent) -> None:
    one = Run("a" * 32, "one", "e", "finished", metrics={"loss": 1.0})
    other = Run("b" * 32, "without", "e", "finished")
    assert set(recent.summaries([one, other], "loss")) == {one.id}
    server.away = True
    assert recent.summaries([one], "loss")[one.id].best == 1.0
    with pytest.raises(AwayError):
        recent.summaries([one], "f1")
