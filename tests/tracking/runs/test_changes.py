from collections.abc import Callable

import pytest

from core.config.settings import Settings
from core.errors import InputError
from core.tracking import store
from core.tracking.runs.reader import Reader
from core.tracking.runs.values import Query
from tests.support.runs import LONG_NAME
from tests.tracking.runs.conftest import Filled


def test_a_run_is_called_otherwise(own: Settings, filled: Filled) -> None:
    reader, run = Reader(own), filled.ids[0]
    for name in ("the good one", LONG_NAME, "é" * 500, "x"):
        reader.rename(run, name)
        assert reader.run(run).name == " ".join(name.split())
    assert store.client(own).get_run(run).info.run_name == "x", "mlflow ui says the same"


@pytest.mark.parametrize("name", ["", "   ", "\n", "x" * 501])
def test_a_name_that_is_none(name: str, own: Settings, filled: Filled) -> None:
    reader = Reader(own)
    with pytest.raises(InputError, match="1 to 500"):
        reader.rename(filled.ids[0], name)
    assert reader.run(filled.ids[0]).name == "run 000"


def test_tags_and_notes_are_set_and_removed(own: Settings, filled: Filled) -> None:
    reader, run = Reader(own), filled.ids[0]
    reader.tag(run, " for the paper ", "yes <b>")
    reader.note(run, "**why**")
    now = reader.run(run)
    assert now.tags["for the paper"] == "yes <b>" and now.note == "**why**"
    reader.tag(run, "for the paper", "")
    reader.tag(run, "never set", "")
    reader.note(run, "")
    assert "for the paper" not in reader.run(run).tags and reader.run(run).note == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("studio.leaks", "false"), ("mlflow.parentRunId", "x"), ("Studio.job", "x"), (" mlflow.note", "x"),
        ("", "x"), ("  ", "x"), ("a`b", "x"), ("a\nb", "x"), ("../a", "x"), ("x" * 251, "x"),
        ("a", "x" * 8001),
    ],
)  # fmt: skip
def test_tags_that_are_not_a_persons_to_set(name: str, value: str, own: Settings, filled: Filled) -> None:
    reader = Reader(own)
    before = reader.run(filled.ids[0]).tags
    with pytest.raises(InputError):
        reader.tag(filled.ids[0], name, value)
    assert reader.run(filled.ids[0]).tags == before


def test_a_run_is_archived_and_taken_back_with_all_below_it(own: Settings, filled: Filled) -> None:
    reader, odd = Reader(own), filled.odd
    family = [odd["parent"], odd["child"], odd["grandchild"]]
    everything = Query(parts=True)
    count = len(reader.runs(everything))
    reader.archive(odd["parent"])
    assert all(one.archived for one in reader.several(family))
    assert len(reader.runs(everything)) == count - 3
    assert [one.name for one in reader.parts(odd["parent"], "both")] == ["child"]
    reader.archive(odd["parent"])
    reader.restore(odd["parent"])
    reader.restore(odd["parent"])
    assert not any(one.archived for one in reader.several(family))
    assert len(reader.runs(everything)) == count


def test_runs_that_are_each_others_parents_end_too(own: Settings, filled: Filled) -> None:
    client = store.client(own)
    one, two = filled.ids[:2]
    client.set_tag(one, "mlflow.parentRunId", two)
    client.set_tag(two, "mlflow.parentRunId", one)
    reader = Reader(own)
    reader.archive(one)
    assert all(run.archived for run in reader.several([one, two]))


def test_an_archived_run_is_not_changed(own: Settings, filled: Filled) -> None:
    reader, run = Reader(own), filled.odd["deleted"]
    changes: tuple[Callable[[], None], ...] = (
        lambda: reader.rename(run, "x"),
        lambda: reader.tag(run, "a", "b"),
        lambda: reader.note(run, "x"),
    )
    for change in changes:
        with pytest.raises(InputError, match="archived"):
            change()


@pytest.mark.parametrize("run", ["0" * 32, "nobody", "'", ""])
def test_there_is_no_such_run(run: str, own: Settings) -> None:
    reader = Reader(own)
    changes: tuple[Callable[[], None], ...] = (
        lambda: reader.rename(run, "x"),
        lambda: reader.tag(run, "a", "b"),
        lambda: reader.note(run, "x"),
        lambda: reader.archive(run),
        lambda: reader.restore(run),
    )
    for change in changes:
        with pytest.raises(InputError):
            change()
