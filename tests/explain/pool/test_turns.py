"""Owners take turns."""

from pathlib import Path

import pytest

from core.errors import LimitError
from core.explain.pool.task import Task
from core.explain.pool.turns import Turns
from core.explain.pool.works import Work


def task(owner: str) -> Task:
    return Task(Work("layers", Path("model"), ""), owner)


def test_one_person_s_queue_does_not_hold_up_another_s() -> None:
    turns = Turns(most=10)
    tasks = {name: task(name[0]) for name in ("a1", "a2", "a3", "b1", "c1", "b2")}
    for one in tasks.values():
        turns.add(one)
    names = {id(one): name for name, one in tasks.items()}
    order = [names[id(turns.take())] for _ in tasks]
    assert order == ["a1", "b1", "c1", "a2", "b2", "a3"]
    assert turns.take() is None


def test_who_comes_back_comes_last() -> None:
    turns = Turns(most=10)
    first, other, again = task("a"), task("b"), task("a")
    turns.add(first)
    turns.add(other)
    assert turns.take() is first
    turns.add(again)
    assert [turns.take(), turns.take()] == [other, again]


def test_what_is_dropped_has_no_turn_and_frees_its_place() -> None:
    turns = Turns(most=2)
    first, second = task("a"), task("a")
    turns.add(first)
    turns.add(second)
    with pytest.raises(LimitError, match="2 explanations are waiting") as caught:
        turns.add(task("a"))
    assert caught.value.code == "too-many-waiting"
    turns.add(task("b"))
    turns.drop(first)
    turns.drop(first)
    turns.drop(task("nobody"))
    third = task("a")
    turns.add(third)
    assert turns.take() is second


def test_all_can_be_forgotten() -> None:
    turns = Turns(most=2)
    tasks = [task("a"), task("b")]
    for one in tasks:
        turns.add(one)
    assert turns.clear() == tasks and turns.take() is None and turns.clear() == []
