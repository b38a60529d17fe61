"""Work done by a real process: what comes out, how far it is, whose turn it is."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app import caretaker
from core.config.settings import ROOT, Settings, settings
from core.domain import Placement
from core.errors import InputError, LimitError, StudioError
from core.explain.asking import explain
from core.explain.network import LiteRtNetwork
from core.explain.pool import pool as pools
from core.explain.pool.pool import Pool, Task
from core.explain.pool.works import Work
from core.explain.values import Ask, Target
from core.models.bundle import load
from tests.explain.pool.conftest import Fresh, Make, gone, result, until
from tests.support.tiny_bundle import SIZE

PLACEMENT = Placement(3, 4, SIZE, 100, 120)
STONE = Ask("closed-form", Target("Stone", "Cyst"))


def asked(expected: dict[str, np.ndarray], ask: Ask = STONE) -> dict[str, object]:
    return {"square": expected["pictures"][0], "placement": PLACEMENT, "ask": ask}


@pytest.mark.parametrize("method", ["closed-form", "occlusion"])
def test_what_comes_out_is_what_a_direct_call_gives(
    pool: Pool, work: Make, tiny: Path, expected: dict[str, np.ndarray], method: str
) -> None:
    ask = Ask(method, Target("Stone", "Cyst"))
    found = result(pool.submit(work("explain", **asked(expected, ask))))
    direct = explain(LiteRtNetwork(load(tiny)), expected["pictures"][0], PLACEMENT, ask, lambda _: None)
    np.testing.assert_array_equal(found.raw, direct.raw)
    assert (found.ask, found.placement, found.model, found.passes, found.layer, found.unit) == (
        direct.ask, direct.placement, direct.model, direct.passes, direct.layer, direct.unit
    )  # fmt: skip
    assert not found.flat


def test_how_far_it_is_grows_and_ends_at_all(pool: Pool, work: Make) -> None:
    task, seen = pool.submit(work("nap", seconds=0.6)), [(0.0, "")]
    while not task.wait(0.01):
        if (task.share, task.said) != seen[-1]:
            seen.append((task.share, task.said))
    shares = [share for share, _ in seen]
    assert shares == sorted(shares) and len(set(shares)) > 5
    assert ("the explanation" in {said for _, said in seen}) and task.share == 1.0
    assert 0.6 <= task.seconds < 5


def test_a_process_is_started_by_the_first_work_and_not_before(fresh: Fresh, work: Make) -> None:
    pool = fresh()
    assert pool.pid is None and "explaining" not in {one.name for one in threading.enumerate()} - {
        "explaining"
    }
    task = pool.submit(work("pid"))
    until(lambda: task.said == "starting" or task.over)
    assert result(task) == pool.pid != os.getpid()
    assert os.getpriority(os.PRIO_PROCESS, pool.pid or 0) >= 5
    assert result(pool.submit(work("pid"))) == pool.pid


def test_owners_take_turns(pool: Pool, work: Make, tmp_path: Path) -> None:
    note = tmp_path / "order"
    first = pool.submit(work("nap", seconds=0.3), "another")
    until(lambda: first.state == "running")
    names = ["a1", "a2", "a3", "b1", "b2"]
    tasks = [pool.submit(work("nap", seconds=0.0, note=note, name=name), name[0]) for name in names]
    for task in (first, *tasks):
        result(task)
    assert note.read_text().split() == ["a1", "b1", "a2", "b2", "a3"]


def test_an_owner_may_not_have_too_much_waiting(fresh: Fresh, work: Make) -> None:
    pool = fresh(waiting=3)
    running = pool.submit(work("nap", seconds=60), "a")
    until(lambda: running.state == "running")
    waiting = [pool.submit(work("nap", seconds=60), "a") for _ in range(3)]
    with pytest.raises(LimitError, match="Wait until"):
        pool.submit(work("pid"), "a")
    other = pool.submit(work("nap", seconds=60), "b")
    waiting[1].cancel()
    assert pool.submit(work("pid"), "a").state == "waiting"
    pool.stop()
    assert {task.state for task in (running, *waiting, other)} == {"cancelled"}


def test_two_hundred_quick_works_from_eight_threads(pool: Pool, work: Make) -> None:
    tasks: dict[int, Task] = {}

    def give(thread: int) -> None:
        for number in range(thread, 200, 8):
            tasks[number] = pool.submit(work("add", first=number, second=1), f"owner {thread}")

    threads = [threading.Thread(target=give, args=(one,)) for one in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [result(tasks[number]) for number in range(200)] == list(range(1, 201))


def test_much_goes_through(pool: Pool, work: Make) -> None:
    found = result(pool.submit(work("send", megabytes=40)))
    assert found.nbytes == 40 * 2**20 and found[-1] == 40 * 2**17 - 1
    squares = np.zeros((100, 320, 320), np.uint8)
    failed = pool.submit(work("add", first=squares, second=np.ones_like(squares)))
    assert result(failed).sum() == squares.size


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (Ask("no-such", Target("Stone")), "no-method"),
        (Ask("closed-form", Target("Spleen")), "no-class"),
        (Ask("closed-form", Target("Stone", "Stone")), "no-class"),
        (Ask("occlusion", Target("Stone", "<b>Spleen</b>")), "no-class"),
    ],
)
def test_what_the_model_does_not_know_is_a_sentence(
    pool: Pool, work: Make, expected: dict[str, np.ndarray], ask: Ask, code: str
) -> None:
    task = pool.submit(work("explain", **asked(expected, ask)))
    assert task.wait(30) and (task.state, task.code, task.result) == ("failed", code, None)
    assert task.error.endswith(".") and "\n" not in task.error


def test_another_model_in_the_folder_is_refused(pool: Pool, tiny: Path, copied: Callable[[], Path]) -> None:
    task = pool.submit(Work("pid", tiny, "0" * 64))
    assert task.wait(30) and (task.state, task.code) == ("failed", "bundle-replaced")
    assert task.error == (
        'The model in "model" has been replaced by tiny 0. Reload the page to go on with that one.'
    )


def test_a_model_replaced_or_deleted_meanwhile_is_not_used(pool: Pool, copied: Callable[[], Path]) -> None:
    path = copied()
    work = Work("model", path, load(path).digest)
    once, again = result(pool.submit(work)), result(pool.submit(work))
    assert once == again and once[0] == "tiny"
    card = (path / "bundle.json").read_text()
    (path / "bundle.json").write_text(card.replace('"tiny"', '"other"'))
    task = pool.submit(work)
    assert task.wait(30) and task.code == "bundle-replaced"
    (path / "bundle.json").unlink()
    task = pool.submit(work)
    assert task.wait(30) and task.code == "bundle-missing"
    (path / "bundle.json").write_text(card)
    (path / "model.tflite").write_bytes(b"damaged")
    task = pool.submit(work)
    assert task.wait(30) and task.code == "bundle-damaged"


def test_a_kind_that_nobody_knows_is_refused_at_once(pool: Pool, work: Make) -> None:
    with pytest.raises(InputError, match='There is no work "dance"'):
        pool.submit(work("dance"))


def test_many_pools_leave_nothing_behind(fresh: Fresh, work: Make) -> None:
    def handles() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before, threads = handles(), threading.active_count()
    found = [fresh() for _ in range(3)]
    pids = [result(pool.submit(work("pid"))) for pool in found]
    for pool in found:
        pool.stop()
        pool.stop()
        with pytest.raises(StudioError, match="stopping"):
            pool.submit(work("pid"))
    assert all(gone(pid) for pid in pids)
    assert (handles(), threading.active_count()) == (before, threads)


def test_a_pool_that_did_nothing_stops(fresh: Fresh) -> None:
    start = time.monotonic()
    fresh().stop()
    assert time.monotonic() - start < 1


def test_a_process_that_has_nothing_to_do_ends_and_is_started_again(fresh: Fresh, work: Make) -> None:
    threads, pool = threading.active_count(), fresh(idle=0.2)
    first = result(pool.submit(work("pid")))
    until(lambda: gone(first))
    assert pool.pid is None
    until(lambda: threading.active_count() == threads)
    second = result(pool.submit(work("pid")))
    assert second != first


def test_there_is_one_pool_for_the_process_until_it_is_stopped(tmp_path: Path, tiny: Path) -> None:
    here = Settings(var=tmp_path)
    pools.stop_shared()
    try:
        assert pools.shared(here) is (first := pools.shared(here))
        pools.stop_shared()
        assert first.stopped and pools.shared(here) is not first
    finally:
        pools.stop_shared()
        pools.stop_shared()


def test_the_pool_ends_with_the_server(tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KCS_VAR", str(tmp_path))
    settings.cache_clear()
    pools.stop_shared()
    square = np.zeros((SIZE, SIZE), np.uint8)
    work = Work("explain", tiny, load(tiny).digest, {"square": square, "placement": PLACEMENT, "ask": STONE})

    async def serve() -> int:
        async with caretaker.lifespan(None):
            result(pools.shared(settings()).submit(work))
            return pools.shared(settings()).pid or 0

    try:
        assert gone(asyncio.run(serve()))
    finally:
        settings.cache_clear()


def test_a_model_is_found_from_wherever_the_server_stands(
    pool: Pool, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny.parent)
    assert result(pool.submit(Work("model", Path(tiny.name), load(tiny).digest)))[0] == "tiny"


def test_no_log_shows_a_slice(work: Make, pool: Pool) -> None:
    task = pool.submit(work("add", first=np.full(3, 171), second=np.full(3, 1)))
    result(task)
    assert "171" not in repr(task) and "172" not in repr(task)


_WEB = """
import sys, numpy as np
from pathlib import Path
from app import caretaker
from core.config.settings import ROOT, Settings, settings
from core.domain import Placement
from core.explain.pool.pool import Pool
from core.explain.pool.works import Work
from core.explain.values import Ask, Target
pool, said = Pool(Settings(var=Path(sys.argv[1]))), []
with np.load(sys.argv[4]) as arrays:
    slice_ = {"square": arrays["pictures"][0], "placement": Placement(0, 0, 64, 64, 64)}
def do(kind, **arguments):
    task = pool.submit(Work(kind, Path(sys.argv[2]), sys.argv[3], arguments))
    while not task.wait(0.02):
        said.append(task.said)
    assert task.state == "done", task.error
    return task.result
layers = do("layers")
assert (layers[-1].name, layers[-1].height, layers[-1].channels) == ("features", 8, 24), layers
assert "loading TensorFlow" in said and "loading the model" in said, said
said.clear()
target = Target("Stone")
closed, grad = (do("explain", ask=Ask(key, target), **slice_).support for key in ("closed-form", "grad-cam"))
assert np.abs(closed - grad).max() < 1e-3 and closed.max() == 1.0
assert "loading TensorFlow" not in said, said
pool.stop()
assert not {"tensorflow", "keras", "ai_edge_litert", "shap", "skimage"} & set(sys.modules)
"""


@pytest.mark.tensorflow
def test_the_process_loads_tensorflow_and_the_one_that_asks_never_does(tiny: Path, tmp_path: Path) -> None:
    arguments = [str(tmp_path), str(tiny), load(tiny).digest, str(tiny.parent / "expected.npz")]
    done = subprocess.run(
        [sys.executable, "-c", _WEB, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
