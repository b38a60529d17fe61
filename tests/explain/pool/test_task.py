"""A task as whoever waits for it sees it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from core.explain.pool.task import State, Task
from core.explain.pool.works import Work
from core.explain.values import Ask, Target

WORK = Work("flip", Path("model"), "")


def test_who_waits_is_woken_once_it_is_over() -> None:
    task = Task(WORK)
    assert not task.wait(0.01) and not task.over
    threading.Timer(0.05, task.finish, ("done", 7)).start()
    assert task.wait(10) and task.state == "done" and task.result == 7 and task.share == 1.0
    assert task.wait(0) and task.seconds == 0.0


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_what_is_over_lets_go_of_the_slice_and_keeps_its_name(state: State) -> None:
    ask = Ask("score-cam", Target("Stone"))
    task = Task(Work("explain", Path("model"), "d" * 64, {"square": np.zeros((8, 8), np.uint8), "ask": ask}))
    task.finish(state)
    assert dict(task.work.arguments) == {"ask": ask}
    assert (task.work.words, task.work.digest) == ("Score-CAM", "d" * 64)


def test_the_first_end_is_believed() -> None:
    task = Task(WORK)
    task.cancel()
    task.cancel()
    assert not task.finish("done", 7)
    task.move(0.5, "late")
    assert (task.state, task.result, task.share, task.said) == ("cancelled", None, 0.0, "")


def test_of_many_ends_at_once_one_is_believed() -> None:
    with ThreadPoolExecutor(4) as threads:
        for _ in range(50):
            task = Task(WORK)
            assert sum(threads.map(lambda number, one=task: one.finish("done", number), range(4))) == 1


def test_what_runs_says_how_far_it_is_and_then_how_long_it_took() -> None:
    task = Task(WORK)
    for share, shown in ((0.25, 0.25), (-1.0, 0.0), (7.0, 1.0)):
        task.move(share, "looking")
        assert (task.state, task.share, task.said) == ("running", shown, "looking")
    task.finish("failed", error="It failed. Try again.", code="x")
    assert task.seconds > 0 and (task.said, task.error, task.code) == ("", "It failed. Try again.", "x")


@pytest.mark.parametrize(
    ("kind", "method", "words"),
    [
        ("explain", "score-cam", "Score-CAM"),
        ("explain", "no-such", "the explanation"),
        ("explain", None, "the explanation"),
        ("flip", None, "the search for what would change the answer"),
    ],
)
def test_a_work_has_a_name_for_a_person(kind: str, method: str | None, words: str) -> None:
    arguments = {"ask": Ask(method, Target("Stone"))} if method else {}
    assert Work(kind, Path("model"), "", arguments).words == words
