import math
import shutil
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from core.config.settings import Settings
from core.errors import InputError
from core.tracking import store
from core.tracking.runs import search
from core.tracking.runs.reader import Reader
from core.tracking.runs.values import Query, Run
from tests.support import runs as made
from tests.tracking.runs.conftest import Filled


def names(found: list[Run]) -> set[str]:
    return {one.name for one in found}


def test_runs_come_newest_first_with_all_that_was_logged(reader: Reader, filled: Filled) -> None:
    found = reader.runs(Query(experiments=("kidney",)))
    assert [one.id for one in found] == filled.ids[::-1]
    run = found[-1]
    assert (run.name, run.experiment, run.state, run.archived) == ("run 000", "kidney", "finished", False)
    assert run.started == made.STARTED / 1000 and run.seconds == 5.0
    assert run.parameters["model.backbone"] == "mobilenet_v2" and run.dataset == "kidney"
    assert run.metrics["train_loss"] == pytest.approx(made.value(0, "train_loss", 4, 5))
    assert [one.name for one in found if one.leaks] == ["run 009", "run 004"]


def test_what_is_read_quickly_is_what_mlflow_itself_says(reader: Reader, filled: Filled) -> None:
    from core.tracking.runs import shaped

    client = store.client(filled.settings)
    experiments = {one.experiment_id: one.name for one in client.search_experiments()}
    plain = [shaped.run(one, experiments) for one in client.search_runs(list(experiments))]
    quick = reader.runs(Query(parts=True))
    assert [repr(one) for one in quick] == [repr(one) for one in plain] and len(plain) == 26
    order = Query(parts=True, order="metrics.test_macro_f1 ASC", filter="metrics.test_macro_f1 > 0")
    theirs = client.search_runs(list(experiments), order.filter, order_by=[order.order])
    assert [one.id for one in reader.runs(order)] == [one.info.run_id for one in theirs]


def test_odd_runs_are_values_like_all_others(reader: Reader, filled: Filled) -> None:
    odd = {name: reader.run(own) for name, own in filled.odd.items()}
    assert odd["foreign"].job is None and odd["foreign"].dataset == "theirs" and not odd["foreign"].leaks
    assert dict(odd["empty"].metrics) == {} and odd["running"].live and odd["running"].seconds is None
    assert odd["failed"].state == "failed" and odd["deleted"].archived
    assert math.isnan(odd["nan"].metrics["only nan"]) and odd["nan"].metrics["endless"] == math.inf
    assert len(odd["long"].name) == 500 and "<script>" in odd["long"].name
    assert len(odd["parameter"].parameters["long"]) == 6000
    assert odd["grandchild"].parent == odd["child"].id and odd["lost"].parent == "0" * 32
    for run in odd.values():
        assert hash(run.id) and repr(run) and run.short == run.id[:8]


def test_parts_and_archived_runs_come_where_they_are_asked_for(reader: Reader, filled: Filled) -> None:
    theirs = ("theirs",)
    assert names(reader.runs(Query(theirs))) & {"child", "grandchild", "lost", "deleted"} == set()
    assert names(reader.runs(Query(theirs, parts=True))) >= {"child", "grandchild", "lost"}
    assert names(reader.runs(Query(theirs, archived="only"))) == {"deleted"}
    both = names(reader.runs(Query(theirs, archived="both")))
    assert both >= {"deleted", "foreign"}
    assert [one.name for one in reader.parts(filled.odd["parent"])] == ["child"]
    assert reader.parts(filled.odd["empty"]) == []


def test_states_and_texts_are_found(reader: Reader) -> None:
    assert names(reader.runs(Query(states=("running",)))) == {"running"}
    assert names(reader.runs(Query(states=("failed", "running")))) == {"failed", "running"}
    assert names(reader.runs(Query(text="RUN 01"))) == {"run 010", "run 011"}
    assert names(reader.runs(Query(text="run_01"))) == set(), "an underscore is a letter like others"
    assert names(reader.runs(Query(text="100%"))) == set()
    assert len(reader.runs(Query(text="**BOLD**"))) == 1
    assert names(reader.runs(Query(text="ning", states=("running", "finished")))) == {"running"}


def test_nobody_has_such_an_experiment(reader: Reader) -> None:
    assert reader.page(Query(("none such",))).runs == []
    assert [one.name for one in reader.experiments()][:2] == ["theirs", "kidney"], "the one used last first"


def test_pages_follow_each_other_without_a_gap(reader: Reader) -> None:
    asked = Query(("kidney",), order="params.`training.seed` ASC")
    first = reader.page(asked, size=5)
    second = reader.page(asked, first.next, 5)
    third = reader.page(asked, second.next, 5)
    found = [one.parameters["training.seed"] for page in (first, second, third) for one in page.runs]
    assert found == sorted(map(str, range(12))) and third.next == ""


@pytest.mark.parametrize("nulls", [True, False])
@pytest.mark.parametrize("size", [1, 3, 5, 12, 200])
def test_pages_are_full_and_meet_each_run_once(reader: Reader, size: int, nulls: bool) -> None:
    asked = Query(("kidney", "theirs"), text="run")
    reader.page(asked)
    reader._source.nulls = nulls
    reader._pages.clear()
    found, after, sizes = [], "", []
    while True:
        page = reader.page(asked, after, size)
        found += [one.id for one in page.runs]
        sizes.append(len(page.runs))
        after = page.next
        if not after:
            break
    # twelve alike, and "running"
    assert len(found) == len(set(found)) == 13
    assert all(one == size for one in sizes[:-1])


def test_pages_of_runs_alone_are_full_where_the_server_knows_no_null(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [one.id for one in reader.runs(Query())]
    monkeypatch.setattr(search, "LARGEST", 4)
    reader._source.nulls = False
    reader._pages.clear()
    found, after = [], ""
    while True:
        page = reader.page(Query(), after, 3)
        found += [one.id for one in page.runs]
        assert len(page.runs) == 3 or not page.next
        after = page.next
        if not after:
            break
    assert found == whole


@pytest.mark.parametrize(
    "filtered",
    [
        "foo", "metrics.x >", "metrics.x > 'a'", "metrics.x > 1 OR metrics.y > 1", "params.a = b",
        "attributes.nothing = 'x'", "metrics.x LIKE '%a'", "((((", "'", "`", ";", "metrics.x > 1; DROP TABLE",
        "banana.x = 1", "params.a > '1'", "attributes.start_time > 'a'", "attributes.run_id IN ()",
        "attributes.start_time > 99999999999999999999999", "\x00", "🫘", "metrics.x IS NULL", "(" * 3_000,
    ],
)  # fmt: skip
def test_a_filter_that_is_none_is_said_to_be_with_an_example(filtered: str, reader: Reader) -> None:
    with pytest.raises(InputError) as caught:
        reader.page(Query(filter=filtered))
    assert caught.value.code == "filter" and "metrics.test_macro_f1 > 0.6" in caught.value.sentence
    assert len(caught.value.sentence) < 600 and "\n" not in caught.value.sentence
    assert reader.page(Query()).runs, "and the next question is answered"


@pytest.mark.parametrize("order", ["banana.x", "metrics.x SIDEWAYS", "x; y", "'"])
def test_an_order_that_is_none_is_said_to_be(order: str, reader: Reader) -> None:
    with pytest.raises(InputError) as caught:
        reader.page(Query(order=order))
    assert "The order can't be read" in caught.value.sentence


def test_there_is_no_or(reader: Reader) -> None:
    with pytest.raises(InputError, match="no OR"):
        reader.page(Query(filter="metrics.a > 1 OR metrics.b > 1"))


def test_a_comment_hides_nothing_of_ours(reader: Reader) -> None:
    for filtered in ("metrics.loss < 100 -- all of them", "/* */ metrics.loss < 100"):
        with suppress(InputError):
            assert names(reader.runs(Query(("theirs",), filter=filtered))) == {"nan", "again"}


@pytest.mark.parametrize(("after", "size"), [("x", 10), ("-1.x", 10), ("0.!!", 10), ("", 0), ("", 1001)])
def test_pages_that_are_not_there(after: str, size: int, reader: Reader) -> None:
    with pytest.raises(InputError):
        reader.page(Query(), after, size)


def test_a_run_by_the_beginning_of_its_id(reader: Reader, filled: Filled) -> None:
    own = filled.odd["deleted"]
    assert reader.run(own[:8]).id == reader.run(own).id == reader.run(own[:20].upper()).id == own


@pytest.mark.parametrize(
    "own", ["", "abc", "zzzzzzzz", "0" * 32, "%%%%", "a' OR 'b", "../../x", "é" * 8, "x" * 99]
)
def test_no_run_has_such_an_id(own: str, reader: Reader) -> None:
    with pytest.raises(InputError):
        reader.run(own)


def test_several_runs_in_their_order(reader: Reader, filled: Filled) -> None:
    ids = [
        filled.ids[3][:8],
        filled.odd["child"],
        "zzzzzzzz",
        "'; --",
        filled.ids[1][:8],
        filled.ids[3],
        "ab",
    ]
    wanted = [filled.ids[3], filled.odd["child"], filled.ids[1]]
    assert [one.id for one in reader.several(ids)] == wanted
    assert [one.id for one in reader.several(ids)] == wanted, "and again, from memory"
    assert reader.several([]) == []


def test_a_beginning_that_two_runs_have(own: Settings) -> None:
    import sqlite3

    file = own.var / store.DATABASE
    reader = Reader(own)
    with sqlite3.connect(file) as database:
        for i, letter in enumerate("ab"):
            columns = "user_id, name, experiment_id, status, start_time, lifecycle_stage, artifact_uri"
            database.execute(
                f"INSERT INTO runs (run_uuid, {columns}) "
                "VALUES (?, 'us', 'twin', 1, 'FINISHED', ?, 'active', '')",
                ("feedface" + letter * 24, i),
            )
    database.close()
    with pytest.raises(InputError, match="Several"):
        reader.run("feedface")
    assert reader.several(["feedface"]) == []
    assert len(reader.runs(Query(text="run"))) >= 12
    assert reader.run("feedfacea").id == "feedface" + "a" * 24


def test_what_another_process_writes_is_seen_at_once(own: Settings) -> None:
    reader = Reader(own)
    before = reader.page(Query()).runs
    assert reader.page(Query()).runs is before, "nothing was written: nothing is read"
    made.make(own, 1, experiment="new", first=77)
    assert "run 077" in names(list(reader.page(Query()).runs))
    assert names(list(reader.page(Query(("new",))).runs)) == {"run 077"}


def test_another_database_in_its_place_is_noticed(own: Settings, filled: Filled, template: Path) -> None:
    reader = Reader(own)
    run = reader.run(filled.ids[0])
    assert reader.histories([run], ["train_loss"])
    file = own.var / store.DATABASE
    shutil.copy(template, file.with_suffix(".new"))
    file.with_suffix(".new").replace(file)
    assert reader.page(Query()).runs == []
    with pytest.raises(InputError):
        reader.run(run.id)
    assert reader.histories([run], ["train_loss"]) == {}, "not from memory either"
    shutil.copy(filled.settings.var / store.DATABASE, file)
    assert len(reader.page(Query()).runs) >= 12


def test_many_threads_read_one_reader(filled: Filled) -> None:
    reader = Reader(filled.settings)
    found: list[int] = []

    def work() -> None:
        runs = reader.runs(Query(("kidney",)))
        histories = reader.histories(runs, made.METRICS)
        assert all(np.isfinite(one.values).all() for one in histories.values())
        found.append(len(histories) + len(reader.summaries(runs, "train_loss")))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == [12 * 6 + 12] * 8
