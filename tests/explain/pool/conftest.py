"""One pool for most tests: its process takes half a second to start."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.config.settings import Settings
from core.explain.pool.pool import Patience, Pool, Task
from core.explain.pool.works import KINDS, Work
from core.models.bundle import load
from tests.explain.pool import doings

GRACE_S = 1.0
ALL = {**KINDS, **doings.KINDS}
Make = Callable[..., Work]
Fresh = Callable[..., Pool]


@pytest.fixture(scope="package")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """A pool that knows works that behave badly."""
    one = Pool(
        Settings(var=tmp_path_factory.mktemp("pool") / "var"), ALL, Patience(grace=GRACE_S, waiting=250)
    )
    yield one
    one.stop()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Fresh]:
    """Makes a pool of one test's own."""
    made: list[Pool] = []

    def make(**patience: Any) -> Pool:
        made.append(Pool(Settings(var=tmp_path / "var"), ALL, Patience(**patience)))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture(scope="package")
def work(tiny: Path) -> Make:
    """Work on the tiny bundle."""
    digest = load(tiny).digest

    def make(kind: str, **arguments: Any) -> Work:
        return Work(kind, tiny, digest, arguments)

    return make


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def result(task: Task) -> Any:
    assert task.wait(60)
    assert task.state == "done", task.error
    return task.result


def gone(pid: int) -> bool:
    """Not even a zombie is left."""
    return not Path(f"/proc/{pid}").exists()


def ended(pid: int) -> bool:
    """Whoever has to bury it."""
    try:
        return ") Z" in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
