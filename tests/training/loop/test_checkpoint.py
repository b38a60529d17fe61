"""One file, whole at any time: torn, foreign and full disks, and processes killed in the middle."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.config.settings import ROOT
from core.errors import StorageError
from core.training.history import HEAD, Epoch
from core.training.loop import checkpoint
from core.training.loop.checkpoint import FILE, State
from tests.support.disks import refuse_writing, small_disk

METRICS = {"val_loss": 0.1 + 0.2, "learning_rate": 1e-5, "val_macro_f1": 1 / 3}


def state(number: int = 1, belongs: str = "mine", size: int = 12) -> State:
    """After so many epochs; its weights tell which."""
    history = tuple(Epoch(at + 1, 9, HEAD, METRICS, 1.5, at == 0, "fold 2") for at in range(number))
    full = np.full((size, 3), number, np.float32)
    return State(belongs, history, [full, full[0]], [np.array(number * 7), full], [full + 1])


def assert_same(found: State | None, expected: State) -> None:
    assert found is not None
    assert found.history == expected.history
    for name in ("weights", "optimiser", "best"):
        mine, theirs = getattr(found, name), getattr(expected, name)
        assert len(mine) == len(theirs)
        for one, other in zip(mine, theirs, strict=True):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)


def test_all_of_it_comes_back_to_the_bit(tmp_path: Path) -> None:
    place = tmp_path / "jobs" / "checkpoint"
    assert checkpoint.load(place, "mine") is None
    checkpoint.save(place, state(1))
    checkpoint.save(place, state(2))
    assert_same(checkpoint.load(place, "mine"), state(2))
    assert [one.name for one in place.iterdir()] == [FILE]


def test_another_trainings_is_none(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, state())
    assert checkpoint.load(tmp_path, "theirs") is None


def test_damaged_anywhere_it_is_none_or_still_the_same(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, state(2, size=2))
    whole = (tmp_path / FILE).read_bytes()
    lost = 0
    for at in range(0, len(whole), 3):
        broken = bytearray(whole)
        broken[at] ^= 0xFF
        (tmp_path / FILE).write_bytes(broken)
        found = checkpoint.load(tmp_path, "mine")
        lost += found is None
        if found is not None:
            assert_same(found, state(2, size=2))
    assert lost > len(whole) / 9


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_torn_it_is_none(tmp_path: Path, share: float) -> None:
    checkpoint.save(tmp_path, state())
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[: int(share * len(whole))])
    assert checkpoint.load(tmp_path, "mine") is None


def test_something_else_under_its_name_is_none(tmp_path: Path) -> None:
    np.save(tmp_path / "other.npy", np.ones(3))
    (tmp_path / "other.npy").rename(tmp_path / FILE)
    assert checkpoint.load(tmp_path, "mine") is None
    np.savez(tmp_path / FILE, weights=np.ones(3))
    assert checkpoint.load(tmp_path, "mine") is None
    np.savez(tmp_path / FILE, card=np.frombuffer(b"[1, 2]", np.uint8))
    assert checkpoint.load(tmp_path, "mine") is None
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()
    assert checkpoint.load(tmp_path, "mine") is None


def test_a_full_disk_is_a_sentence_and_the_one_before_stays(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:
        checkpoint.save(disk, state(1))
        with pytest.raises(StorageError, match="The disk is full"):
            checkpoint.save(disk, state(2, size=5000))
        assert_same(checkpoint.load(disk, "mine"), state(1))
        assert [one.name for one in disk.iterdir()] == [FILE]
        checkpoint.save(disk, state(3))
        assert_same(checkpoint.load(disk, "mine"), state(3))
        refuse_writing(disk)
        with pytest.raises(StorageError, match="can't be written to"):
            checkpoint.save(disk, state(4))
        assert_same(checkpoint.load(disk, "mine"), state(3))


KILLED = """
import os, signal, sys
from pathlib import Path
from core.training.loop import checkpoint
from tests.training.loop.test_checkpoint import state

def child(place, at):
    count = 0
    def hook(event, args):
        nonlocal count
        changes = event in ("os.rename", "os.remove", "os.truncate") or event == "open" and args[2] & 3
        if changes and str(place) in str(args[0]):
            if count == at:
                os.kill(os.getpid(), signal.SIGKILL)
            count += 1
    sys.addaudithook(hook)
    checkpoint.save(place, state(2))
    os._exit(0)

for at in range(9):
    place = Path(sys.argv[1]) / str(at)
    checkpoint.save(place, state(1))
    pid = os.fork()
    if not pid:
        child(place, at)
    ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    print(at, ended, flush=True)
    if not ended:
        break
"""


def test_killed_before_any_change_of_the_disk_one_of_the_two_is_whole(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    ended = dict(line.split() for line in done.stdout.splitlines())
    assert len(ended) >= 3 and set(list(ended.values())[:-1]) == {"-9"} and list(ended.values())[-1] == "0"
    for at, code in ended.items():
        expected = state(2) if code == "0" else state(1)
        assert_same(checkpoint.load(tmp_path / at, "mine"), expected)
        checkpoint.save(tmp_path / at, state(3))
        assert [one.name for one in (tmp_path / at).iterdir()] == [FILE]
