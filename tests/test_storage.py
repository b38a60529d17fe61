"""Old or new, never half; and what a disk refuses is a sentence."""

import errno
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core import storage
from core.config.settings import ROOT
from core.errors import StorageError
from core.storage import put, settle, write_text, writing
from tests.support.disks import refuse_writing, small_disk


def held(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_text_is_written_and_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a b.json"
    for text in ("one\n", "two\r\nlines, ünïcödé 囊肿\n", ""):
        write_text(target, text)
        assert target.read_bytes() == text.encode()
    assert held(tmp_path) == ["a b.json"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o644


def test_a_reader_keeps_what_it_has_open(tmp_path: Path) -> None:
    write_text(tmp_path / "x", "old")
    with (tmp_path / "x").open() as reader:
        write_text(tmp_path / "x", "new")
        assert reader.read() == "old"


def test_what_a_killed_writer_left_is_no_part_of_the_next_text(tmp_path: Path) -> None:
    (tmp_path / ".x.part").write_text("half of something much longer than what comes")
    write_text(tmp_path / "x", "whole")
    assert (tmp_path / "x").read_text() == "whole"
    assert held(tmp_path) == ["x"]


def test_text_that_can_not_be_written_changes_nothing(tmp_path: Path) -> None:
    write_text(tmp_path / "x", "old")
    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "x", "new \udcff")
    assert (tmp_path / "x").read_text() == "old"
    assert held(tmp_path) == ["x"]


def test_many_writers_in_one_process_never_mix(tmp_path: Path) -> None:
    texts = [str(number) * 20_000 for number in range(10)]
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda text: write_text(tmp_path / "x", text), texts * 6))
    assert (tmp_path / "x").read_text() in texts
    assert held(tmp_path) == ["x"]


def test_many_writing_processes_never_mix(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from core.storage import write_text\n"
        "for _ in range(200): write_text(Path(sys.argv[1]), sys.argv[2] * 30_000)"
    )
    runs = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "x"), letter], cwd=ROOT)
        for letter in "abc"
    ]
    seen = set()
    while any(run.poll() is None for run in runs):
        if (tmp_path / "x").exists():
            seen.add((tmp_path / "x").read_text())
    assert [run.returncode for run in runs] == [0, 0, 0]
    assert seen <= {letter * 30_000 for letter in "abc"}
    assert len(seen) > 1
    assert held(tmp_path) == ["x"]


def test_a_full_disk_keeps_the_old_text(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:
        write_text(disk / "x", "old")
        with pytest.raises(
            StorageError, match=r"The disk is full: .*/disk can't be written\. Free"
        ) as raised:
            write_text(disk / "x", "n" * 200_000)
        assert raised.value.code == "disk-full"
        assert (disk / "x").read_text() == "old"
        assert held(disk) == ["x"]
        write_text(disk / "x", "new")


def test_a_disk_that_refuses_keeps_the_old_text(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:
        write_text(disk / "x", "old")
        refuse_writing(disk)
        with pytest.raises(StorageError, match=r"/disk can't be written to\. Allow it, or") as raised:
            write_text(disk / "x", "new")
        assert raised.value.code == "read-only"
        assert (disk / "x").read_text() == "old"


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match=r"/file can't be used: Not a directory\. Mend it"):
        write_text(tmp_path / "file" / "x", "new")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk-full"), (errno.EDQUOT, "disk-full"), (errno.EROFS, "read-only"),
        (errno.EACCES, "read-only"), (errno.EPERM, "read-only"), (errno.EIO, "disk-broken"),
        (errno.ENAMETOOLONG, "disk-broken"), (errno.ESTALE, "disk-broken"),
    ],
)  # fmt: skip
def test_what_a_disk_says_becomes_a_sentence(number: int, code: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError) as raised, writing(tmp_path):
        raise OSError(number, os.strerror(number))
    assert raised.value.code == code
    assert str(tmp_path) in raised.value.sentence
    assert raised.value.sentence.endswith(".")


def test_what_is_no_fault_of_the_disk_is_not_hidden(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), writing(tmp_path):
        (tmp_path / "nowhere").read_bytes()


def folder(place: Path, text: str) -> Path:
    place.mkdir()
    (place / "x").write_text(text)
    return place


def test_a_folder_takes_a_free_place(tmp_path: Path) -> None:
    put(folder(tmp_path / "new", "new"), tmp_path / "place")
    assert (tmp_path / "place" / "x").read_text() == "new"
    assert held(tmp_path) == ["place"]


def test_a_folder_takes_a_place_and_gives_what_was_there(tmp_path: Path) -> None:
    folder(tmp_path / "place", "old")
    put(folder(tmp_path / "new", "new"), tmp_path / "place")
    assert (tmp_path / "place" / "x").read_text() == "new"
    assert (tmp_path / "new" / "x").read_text() == "old"
    assert held(tmp_path) == ["new", "place"]


def test_where_names_can_not_change_places_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "_exchange", lambda first, second: False)
    test_a_folder_takes_a_place_and_gives_what_was_there(tmp_path)


def test_what_was_written_settles_on_any_disk(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("new")
    settle(tmp_path)
    with small_disk(tmp_path / "disk", 64) as disk:
        settle(disk)
    with pytest.raises(FileNotFoundError):
        settle(tmp_path / "nowhere")
