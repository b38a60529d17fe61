"""Uploads: on disk while a job needs them, under a harmless name, and gone afterwards."""

import io
import os
import time
from pathlib import Path

import pytest

from app import uploads
from app.dataset_jobs import WORKER
from core.errors import StorageError
from core.jobs.job import Job


def job(path: Path, state: str) -> Job:
    return Job(id="1", worker=WORKER, request={"name": "a", "sources": [str(path)]}, state=state)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("my scans (2).zip", "my-scans-2.zip"),
        ("../../etc/passwd.zip", "passwd.zip"),
        ("腎臓.zip", "upload.zip"),
        ("\u202e.zip", "upload.zip"),
        ("", "upload.zip"),
        ("a" * 300 + ".zip", "a" * 60 + ".zip"),
        ("-rf.zip", "rf.zip"),
    ],
)
def test_the_senders_name_is_made_harmless(var: Path, name: str, kept: str) -> None:
    path = uploads.keep(io.BytesIO(b"bytes"), name)
    assert path.name == kept and path.read_bytes() == b"bytes"
    assert path.parent.parent == (var / "data" / ".uploads").resolve()


def test_the_whole_stream_is_kept_even_if_it_was_read_before(var: Path) -> None:
    stream = io.BytesIO(os.urandom(3 * 2**20))
    stream.read(1000)
    assert uploads.keep(stream, "a.zip").read_bytes() == stream.getvalue()


def test_two_uploads_of_one_name_do_not_meet(var: Path) -> None:
    first, second = (uploads.keep(io.BytesIO(data), "a.zip") for data in (b"1", b"2"))
    assert (first.read_bytes(), second.read_bytes()) == (b"1", b"2")


@pytest.mark.parametrize(("state", "there"), [("queued", True), ("running", True), ("succeeded", False)])
def test_it_goes_when_its_job_has_ended_and_not_before(var: Path, state: str, there: bool) -> None:
    path = uploads.keep(io.BytesIO(b"1"), "a.zip")
    uploads.sweep([job(path, state)])
    assert path.exists() is there


def test_what_no_job_took_up_goes_after_a_while(var: Path) -> None:
    path = uploads.keep(io.BytesIO(b"1"), "a.zip")
    uploads.sweep([])
    assert path.exists()
    old = time.time() - uploads.GRACE_S - 5
    for one in (path, path.parent):
        os.utime(one, (old, old))
    uploads.sweep([])
    assert not path.parent.exists()


def test_only_uploads_are_dropped(var: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (mine := tmp_path / "mine" / "scans.zip").write_bytes(b"1")
    uploads.drop(mine)
    assert mine.exists()
    uploads.drop(path := uploads.keep(io.BytesIO(b"1"), "a.zip"))
    assert not path.parent.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_a_sentence_and_leaves_nothing(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.open

    def onto_a_full_disk(path: Path, *args: str) -> object:
        return real(Path("/dev/full") if path.suffix == ".zip" else path, *args)

    monkeypatch.setattr(Path, "open", onto_a_full_disk)
    with pytest.raises(StorageError, match="disk is full"):
        uploads.keep(io.BytesIO(bytes(10_000)), "a.zip")
    assert not list((var / "data" / ".uploads").iterdir())
