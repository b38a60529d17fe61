import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.config.settings import ROOT, Settings
from core.data import catalog, manifest, pictures, sets
from core.data.ingest import ingest
from core.data.manifest import Row
from core.errors import DataError, InputError, StorageError
from core.imaging.preprocess import PreprocessSpec, frame, prepare
from core.training.inputs import cache
from core.training.inputs.chunks import CHUNK
from core.training.inputs.squares import grey, one_by_one, squares
from tests.imaging.conftest import dicom, saved
from tests.support.disks import small_disk
from tests.support.scans import png
from tests.support.sets import picture, write_set

COUNT = CHUNK + 44
SPEC = PreprocessSpec(size=64)


def quiet(words: str, share: float) -> None:
    pass


def put(data: Path, files: dict[str, bytes]) -> list[Row]:
    """A data set's files and their rows."""
    (data / "images").mkdir(parents=True, exist_ok=True)
    (data / catalog.FILE).touch()
    rows = []
    for name, content in files.items():
        (data / "images" / name).write_bytes(content)
        rows.append(Row(f"images/{name}", "A", hashlib.sha256(content).hexdigest(), 1, 1))
    manifest.write(data, rows)
    return rows


def drawn(count: int, first: int = 0) -> dict[str, bytes]:
    rng = np.random.default_rng(first)
    return {
        f"{number}.png": png(rng.integers(0, 256, (24, 20), np.uint8))
        for number in range(first, first + count)
    }


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "set"
    put(folder, drawn(COUNT))
    return folder


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path / "var")


def process(data: Path, here: Settings, **task: object) -> "subprocess.Popen[str]":
    said = json.dumps({"do": "squares", "data": str(data), "var": str(here.var), **task})
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.chunked", said], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def names(here: Settings) -> Sequence[str]:
    """Of all squares that are kept or grow."""
    return [path.name for path in cache.place("set", here).iterdir() if path.suffix != ".txt"]


def test_a_square_is_the_slice_before_it_is_equalised(tmp_path: Path, here: Settings) -> None:
    rows = put(tmp_path / "set", {f"{seed}.png": png(picture(seed)) for seed in range(5)})
    found = squares(tmp_path / "set", rows, PreprocessSpec(size=96), here, quiet)
    assert found.shape == (5, 96, 96) and found.dtype == np.uint8
    for row, square in zip(rows, found, strict=True):
        read = pictures.grey(tmp_path / "set" / row.path, PreprocessSpec(size=96), here.limits)
        np.testing.assert_array_equal(square, frame(read, PreprocessSpec(size=96))[0])
        plain = PreprocessSpec(size=96, clahe_clip=0)
        np.testing.assert_array_equal(square, prepare(read, plain)[0])


def test_they_are_kept_for_any_contrast_and_read_only(data: Path, here: Settings) -> None:
    rows, told = manifest.read(data), []
    first = squares(data, rows, SPEC, here, lambda words, share: told.append((words, share)))
    assert told[0] == ("squares: 0 of 300", 0) and told[-1][1] == 1
    assert "slices/s" in told[-1][0] and told[-1][0].endswith("0 s left")
    told.clear()
    other = PreprocessSpec(size=64, clahe_clip=4.0, clahe_tiles=4)
    again = squares(data, rows, other, here, lambda words, share: told.append((words, share)))
    np.testing.assert_array_equal(again, first)
    assert told == [] and len(names(here)) == 1
    with pytest.raises(ValueError, match="read-only"):
        again[0, 0, 0] = 1


def test_whatever_a_square_depends_on_makes_others(data: Path, here: Settings) -> None:
    rows = manifest.read(data)[:9]
    asked = [
        (rows, SPEC),
        (rows[::-1], SPEC),
        (rows[:-1], SPEC),
        (rows, PreprocessSpec(size=32)),
        (rows, PreprocessSpec(size=64, crop_body=False)),
        (rows, PreprocessSpec(size=64, window_center=50)),
        (rows, PreprocessSpec(size=64, window_width=500)),
    ]
    for number, (some, spec) in enumerate(asked, start=1):
        found = squares(data, some, spec, here, quiet)
        assert len(names(here)) == number
        assert found.shape == (len(some), spec.size, spec.size)
    other = [replace(row, split="3", label="B", group="7") for row in rows]
    squares(data, other, SPEC, here, quiet)
    assert len(names(here)) == len(asked), "neither class nor fold is in a square"


def test_slices_kept_among_more_are_not_decoded_again(data: Path, here: Settings) -> None:
    rows = manifest.read(data)[:40]
    whole = squares(data, rows, SPEC, here, quiet)
    told: list[str] = []
    some = [rows[number] for number in (30, 3, 17, 3)]
    asked = one_by_one(data, some, SPEC, here, lambda words, share: told.append(words))
    assert told == [] and len(names(here)) == 1
    for number, place in enumerate((30, 3, 17, 3)):
        np.testing.assert_array_equal(asked(number), whole[place])
    more = manifest.read(data)[30:50]
    asked = one_by_one(data, more, SPEC, here, lambda words, share: told.append(words))
    assert told[-1].startswith("squares: 20 of 20") and len(names(here)) == 2
    np.testing.assert_array_equal(asked(0), whole[30])
    one_by_one(data, some, PreprocessSpec(size=32), here, quiet)
    assert len(names(here)) == 3, "of another size they are others"


def test_a_slice_may_come_twice(data: Path, here: Settings) -> None:
    rows = manifest.read(data)[:3] * 2
    whole = squares(data, rows, SPEC, here, quiet)
    np.testing.assert_array_equal(whole[:3], whole[3:])
    asked = one_by_one(data, rows, SPEC, here, quiet)
    assert all(np.array_equal(asked(number), whole[number]) for number in range(6))
    assert len(names(here)) == 1


@pytest.mark.parametrize("listed", [b"", b"\xff", b"ab\ncd", None])
def test_without_the_list_of_what_is_kept_slices_are_decoded(
    data: Path, here: Settings, listed: bytes | None
) -> None:
    rows = manifest.read(data)[:9]
    whole = squares(data, rows, SPEC, here, quiet)
    (list_,) = cache.place("set", here).glob("*.txt")
    list_.unlink() if listed is None else list_.write_bytes(listed)
    asked = one_by_one(data, rows[3:5], SPEC, here, quiet)
    np.testing.assert_array_equal(asked(1), whole[4])


def test_killed_it_goes_on_and_ends_with_the_same_bytes(data: Path, here: Settings, tmp_path: Path) -> None:
    whole = squares(data, manifest.read(data), SPEC, Settings(var=tmp_path / "whole"), quiet)
    killed = process(data, here, kill_at=CHUNK + 30)
    killed.communicate(timeout=30)
    assert killed.returncode == -signal.SIGKILL
    assert all(name.endswith(".part") for name in names(here))
    again = process(data, here)
    opened = again.communicate(timeout=30)[0].split()
    assert again.returncode == 0
    assert len(opened) == len(set(opened)) == COUNT - CHUNK, "what was finished is not decoded again"
    np.testing.assert_array_equal(squares(data, manifest.read(data), SPEC, here, quiet), whole)


def test_two_processes_decode_once(data: Path, here: Settings) -> None:
    both = [process(data, here) for _ in range(2)]
    opened = [one.communicate(timeout=30)[0].split() for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert sorted(map(len, opened)) == [0, COUNT]
    assert len(names(here)) == 1


def test_a_full_disk_is_a_sentence_and_nothing_stays(data: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 512) as disk:
        here = Settings(var=disk)
        with pytest.raises(StorageError, match="The disk is full"):
            squares(data, manifest.read(data), SPEC, here, quiet)
        assert names(here) == []


def test_a_data_set_removed_in_mid_run_is_a_sentence(here: Settings, tmp_path: Path) -> None:
    small = ingest(write_set(tmp_path / "raw"), "small", here)
    rows = manifest.read(small)
    kept = squares(small, rows, SPEC, here, quiet)

    def remove(words: str, share: float) -> None:
        if small.exists():
            sets.remove("small", here)

    with pytest.raises(DataError, match=r"There is no data set small\. Ingest it first"):
        squares(small, rows, PreprocessSpec(size=32), here, remove)
    np.testing.assert_array_equal(squares(small, rows, SPEC, here, quiet), kept)


def test_a_slice_that_is_gone_or_another_is_named(tmp_path: Path, here: Settings) -> None:
    rows = put(tmp_path / "set", drawn(3))
    slice_ = tmp_path / "set" / rows[1].path
    slice_.write_bytes(next(iter(drawn(1, first=9).values())))
    with pytest.raises(DataError, match=r"images/1\.png of the data set set is another file than"):
        squares(tmp_path / "set", rows, SPEC, here, quiet)
    slice_.write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"1\.png holds text, not a picture"):
        squares(tmp_path / "set", rows, SPEC, here, quiet)
    slice_.unlink()
    with pytest.raises(DataError, match=r"images/1\.png of the data set set can't be read any more"):
        squares(tmp_path / "set", rows, SPEC, here, quiet)
    slice_.mkdir()
    with pytest.raises(DataError, match="can't be read any more"):
        squares(tmp_path / "set", rows, SPEC, here, quiet)


@pytest.mark.parametrize(
    "pixels",
    [
        np.full((1, 60), 200, np.uint8),
        np.full((60, 1), 200, np.uint8),
        np.full((1, 1), 9, np.uint8),
        np.zeros((50, 50), np.uint8),
        np.full((50, 50), 255, np.uint8),
        np.arange(40 * 50, dtype=np.uint16).reshape(40, 50) * 30,
        np.full((30, 40, 3), (3, 200, 90), np.uint8),
        np.full((3, 2000), 77, np.uint8),
    ],
)
def test_odd_slices_are_squares_too(tmp_path: Path, here: Settings, pixels: np.ndarray) -> None:
    rows = put(tmp_path / "set", {"odd.png": png(pixels)})
    (square,) = squares(tmp_path / "set", rows, SPEC, here, quiet)
    read = grey(tmp_path / "set", rows[0], SPEC, here.limits)
    assert square.shape == (64, 64) and read.ndim == 2
    assert (square.max() > 0) == (read.max() > 0)


def test_of_a_dicom_the_models_window_counts(tmp_path: Path, here: Settings) -> None:
    values = np.full((64, 64), 24, np.int16)
    values[8:56, 8:56] = 1064
    rows = put(tmp_path / "set", {"a.dcm": saved(dicom(values))})
    for center, expected in ((40, 128), (240, 0)):
        spec = PreprocessSpec(size=64, crop_body=False, window_center=center, window_width=400)
        (square,) = squares(tmp_path / "set", rows, spec, here, quiet)
        assert abs(int(square[32, 32]) - expected) <= 1


def test_jpeg_and_tiff_are_read_too(tmp_path: Path, here: Settings) -> None:
    files = {f"a{end}": cv2.imencode(end, picture(1))[1].tobytes() for end in (".jpg", ".tif", ".png")}
    found = squares(tmp_path / "set", put(tmp_path / "set", files), SPEC, here, quiet)
    np.testing.assert_array_equal(found[1], found[2])
    assert np.abs(found[0].astype(int) - found[2]).mean() < 6


def test_nothing_can_be_read_as_finished_that_is_not(data: Path, here: Settings) -> None:
    """Half of a file under its own name, as a copy that broke off leaves it."""
    rows = manifest.read(data)
    whole = squares(data, rows, SPEC, here, quiet).copy()
    (name,) = names(here)
    os.truncate(cache.place("set", here) / name, 50_000)
    np.testing.assert_array_equal(squares(data, rows, SPEC, here, quiet), whole)
