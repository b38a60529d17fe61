import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from core.config.settings import ROOT
from core.errors import StorageError
from core.training.inputs import chunks
from core.training.inputs.chunks import CHUNK, array
from tests.support.disks import refuse_writing, small_disk

COUNT = 2 * CHUNK + 88


class Maker:
    """Rows (i, i, i), and which were made."""

    def __init__(self) -> None:
        self.made: list[int] = []

    def __call__(self, some: range) -> Iterator[np.ndarray]:
        for number in some:
            self.made.append(number)
            yield np.full(3, number, np.float32)


class Stopped(BaseException):
    pass


def quiet(words: str, share: float) -> None:
    pass


def stop_at(share: float) -> Callable[[str, float], None]:
    def tell(words: str, now: float) -> None:
        if now >= share:
            raise Stopped

    return tell


@pytest.fixture
def told_of_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, only a finished chunk is told of."""
    monkeypatch.setattr(chunks, "_TELL_S", 1e9)


def expected(count: int = COUNT) -> np.ndarray:
    return np.repeat(np.arange(count, dtype=np.float32)[:, None], 3, axis=1)


def held(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def process(path: Path, **task: object) -> "subprocess.Popen[str]":
    said = json.dumps({"do": "count", "path": str(path), "count": COUNT, **task})
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.chunked", said], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def test_it_is_computed_once(tmp_path: Path) -> None:
    first, again = Maker(), Maker()
    np.testing.assert_array_equal(array(tmp_path / "new" / "x.npy", COUNT, first, quiet), expected())
    found = array(tmp_path / "new" / "x.npy", COUNT, again, quiet)
    np.testing.assert_array_equal(found, expected())
    assert (first.made, again.made) == (list(range(COUNT)), [])
    assert held(tmp_path / "new") == ["x.npy"]
    with pytest.raises(ValueError, match="read-only"):
        found[0] = 1


@pytest.mark.parametrize("count", [1, CHUNK - 1, CHUNK, CHUNK + 1])
@pytest.mark.parametrize("row", [np.uint8(7), np.zeros((2, 3), np.uint8), np.ones((1, 2, 3), np.float64)])
def test_any_rows(tmp_path: Path, count: int, row: np.ndarray) -> None:
    found = array(tmp_path / "x.npy", count, lambda some: [row * (n % 3) for n in some], quiet)
    assert found.dtype == row.dtype and found.shape == (count, *row.shape)
    np.testing.assert_array_equal(found, np.stack([row * (n % 3) for n in range(count)]))
    np.testing.assert_array_equal(np.load(tmp_path / "x.npy"), found)


@pytest.mark.usefixtures("told_of_chunks")
@pytest.mark.parametrize(("share", "left"), [(0.0, 0), (0.4, CHUNK), (0.8, 2 * CHUNK), (1.0, COUNT)])
def test_stopped_it_goes_on_with_what_is_missing(tmp_path: Path, share: float, left: int) -> None:
    with pytest.raises(Stopped):
        array(tmp_path / "x.npy", COUNT, Maker(), stop_at(share))
    assert not (tmp_path / "x.npy").exists()
    rest, told = Maker(), []
    found = array(tmp_path / "x.npy", COUNT, rest, lambda words, share: told.append((words, share)))
    np.testing.assert_array_equal(found, expected())
    assert rest.made == list(range(left, COUNT))
    assert told[0] == (f"{left} of 600", left / COUNT)
    assert told[-1][0].startswith("600 of 600") and told[-1][1] == 1
    assert held(tmp_path) == ["x.npy"]


def test_killed_it_goes_on_with_what_is_missing(tmp_path: Path) -> None:
    whole = tmp_path / "whole.npy"
    array(whole, COUNT, Maker(), quiet)
    for kill_at in (3, 300, 599):
        path = tmp_path / f"{kill_at}.npy"
        killed = process(path, kill_at=kill_at)
        assert killed.communicate(timeout=30)[0].split()[-1] == str(kill_at - 1)
        assert killed.returncode == -signal.SIGKILL
        rest = Maker()
        array(path, COUNT, rest, quiet)
        assert rest.made == list(range(kill_at // CHUNK * CHUNK, COUNT))
        assert path.read_bytes() == whole.read_bytes()


@pytest.mark.usefixtures("told_of_chunks")
@pytest.mark.parametrize(
    ("at", "redone"),
    [
        (5, range(COUNT)),
        (60, range(COUNT)),
        (130, range(CHUNK)),
        (128 + 12 * CHUNK + 1, range(CHUNK, 2 * CHUNK)),
        (128 + 12 * COUNT + 3, range(CHUNK)),
        (128 + 12 * COUNT + 16, range(CHUNK, 2 * CHUNK)),
    ],
)
def test_what_was_torn_is_computed_again(tmp_path: Path, at: int, redone: range) -> None:
    """A byte of the header, of rows, or of a digest that never reached the disk."""
    with pytest.raises(Stopped):
        array(tmp_path / "x.npy", COUNT, Maker(), stop_at(0.8))
    part = tmp_path / ".x.npy.part"
    torn = bytearray(part.read_bytes())
    torn[at] ^= 0xFF
    part.write_bytes(torn)
    rest = Maker()
    np.testing.assert_array_equal(array(tmp_path / "x.npy", COUNT, rest, quiet), expected())
    assert rest.made == sorted({*redone, *range(2 * CHUNK, COUNT)})


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x93NUMPY\x01\x00", bytes(300)])
def test_a_file_that_is_none_is_computed_again(tmp_path: Path, content: bytes) -> None:
    for name in ("x.npy", ".y.npy.part"):
        (tmp_path / name).write_bytes(content)
    for name in ("x.npy", "y.npy"):
        np.testing.assert_array_equal(array(tmp_path / name, COUNT, Maker(), quiet), expected())
    assert held(tmp_path) == ["x.npy", "y.npy"]


def test_a_file_cut_short_or_of_another_length_is_computed_again(tmp_path: Path) -> None:
    array(tmp_path / "x.npy", COUNT, Maker(), quiet)
    os.truncate(tmp_path / "x.npy", 1000)
    np.testing.assert_array_equal(array(tmp_path / "x.npy", COUNT, Maker(), quiet), expected())
    np.testing.assert_array_equal(array(tmp_path / "x.npy", 7, Maker(), quiet), expected(7))


def test_two_processes_compute_it_once(tmp_path: Path) -> None:
    both = [process(tmp_path / "x.npy", pause=0.001) for _ in range(2)]
    made = [one.communicate(timeout=30)[0].split() for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert sorted(map(len, made)) == [0, COUNT]
    np.testing.assert_array_equal(np.load(tmp_path / "x.npy"), expected())
    assert held(tmp_path) == ["x.npy"]


def test_when_the_other_is_killed_the_waiting_one_goes_on(tmp_path: Path) -> None:
    other = process(tmp_path / "x.npy", pause=0.003)
    assert other.stdout is not None
    while other.stdout.readline() != "300\n":
        pass
    told: list[str] = []

    def tell(words: str, share: float) -> None:
        if words.startswith("waiting"):
            other.kill()
        told.append(words)

    rest = Maker()
    np.testing.assert_array_equal(array(tmp_path / "x.npy", COUNT, rest, tell), expected())
    assert told[0] == "waiting for another run that computes the same"
    assert rest.made[0] == CHUNK
    other.communicate()


def test_a_full_disk_is_a_sentence_at_once_and_nothing_is_left(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:
        tried = Maker()
        with pytest.raises(StorageError, match=r"The disk is full: .* Free some space and try again"):
            array(disk / "x.npy", 40 * CHUNK, tried, quiet)
        assert len(tried.made) == CHUNK, "it is said before hours of work"
        assert held(disk) == []
        np.testing.assert_array_equal(array(disk / "x.npy", COUNT, Maker(), quiet), expected())


def test_a_disk_that_fills_up_later_takes_nothing_that_was_reserved(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:

        def tell(words: str, share: float) -> None:
            if 0 < share < 1:
                with pytest.raises(OSError) as refused, (disk / "filler").open("ab", 0) as stream:
                    while True:
                        stream.write(bytes(4096))
                assert refused.value.errno == errno.ENOSPC

        np.testing.assert_array_equal(array(disk / "x.npy", COUNT, Maker(), tell), expected())


def test_a_disk_that_refuses_is_a_sentence(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:
        refuse_writing(disk)
        with pytest.raises(StorageError, match="can't be written to"):
            array(disk / "x.npy", COUNT, Maker(), quiet)


def test_an_error_of_the_work_passes_and_leaves_what_was_done(tmp_path: Path) -> None:
    def make(some: range) -> Iterator[np.ndarray]:
        yield from Maker()(range(some.start, min(some.stop, 400)))
        if some.stop > 400:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        array(tmp_path / "x.npy", COUNT, make, quiet)
    rest = Maker()
    array(tmp_path / "x.npy", COUNT, rest, quiet)
    assert rest.made[0] == CHUNK


def test_stopping_does_not_wait_for_the_chunk(tmp_path: Path) -> None:
    def slow(number: int) -> np.ndarray:
        time.sleep(0.02)
        return np.full(3, number)

    begun = time.monotonic()
    with pytest.raises(Stopped), ThreadPoolExecutor(2) as workers:
        array(tmp_path / "x.npy", COUNT, lambda some: workers.map(slow, some), stop_at(1 / COUNT))
    assert time.monotonic() - begun < 1, "the whole chunk takes 2.5 s"


def test_cleared_in_mid_run_it_is_computed_anew(tmp_path: Path) -> None:
    cleared = []

    def tell(words: str, share: float) -> None:
        if share > 0.5 and not cleared:
            cleared.append(share)
            shutil.rmtree(tmp_path / "kept")

    maker = Maker()
    found = array(tmp_path / "kept" / "x.npy", COUNT, maker, tell)
    np.testing.assert_array_equal(found, expected())
    assert len(maker.made) == 2 * COUNT and held(tmp_path / "kept") == ["x.npy"]


def test_what_is_used_is_marked_as_used(tmp_path: Path) -> None:
    array(tmp_path / "x.npy", 3, Maker(), quiet)
    os.utime(tmp_path / "x.npy", (1000, 1000))
    array(tmp_path / "x.npy", 3, Maker(), quiet)
    assert (tmp_path / "x.npy").stat().st_mtime > 1000


def test_a_disk_that_can_not_reserve_still_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(handle: int, at: int, length: int) -> None:
        raise OSError(errno.EOPNOTSUPP, "no")

    monkeypatch.setattr(chunks.os, "posix_fallocate", refuse)
    np.testing.assert_array_equal(array(tmp_path / "x.npy", COUNT, Maker(), quiet), expected())
