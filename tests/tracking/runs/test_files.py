from pathlib import Path

import pytest

from core.config.settings import Settings
from core.errors import InputError, LimitError
from core.tracking import store
from core.tracking.runs import files
from core.tracking.runs.reader import Reader
from tests.tracking.runs.conftest import Filled


def test_what_a_run_logged_is_listed_and_read(reader: Reader, filled: Filled) -> None:
    run = filled.odd["files"]
    assert [(one.path, one.folder) for one in reader.artefacts(run)] == [
        ("notes", True), ("empty.txt", False), ("scores.json", False),
    ]  # fmt: skip
    (note,) = reader.artefacts(run, "notes")
    assert (note.path, note.name, note.bytes) == ("notes/read me.txt", "read me.txt", 17)
    assert reader.content(run, note.path) == b"hello <b>you</b>\n"
    assert reader.content(run, "empty.txt") == b""
    assert reader.artefacts(filled.odd["empty"]) == [] == reader.artefacts(run, "none such")


def test_a_larger_one_is_refused_before_it_is_read(reader: Reader, filled: Filled) -> None:
    run = filled.odd["files"]
    assert reader.content(run, "notes/read me.txt", 17)
    with pytest.raises(LimitError) as caught:
        reader.content(run, "notes/read me.txt", 16)
    assert "larger than 16 bytes" in caught.value.sentence and caught.value.code == "too-large"


@pytest.mark.parametrize(
    "path",
    [
        "none.txt", "notes", "", "/", ".", "..", "../scores.json", "notes/../../x", "/etc/passwd",
        "notes//read me.txt", "a\\b", "..\\x", "file:///etc/passwd", "notes/./read me.txt", "\0",
        "%2e%2e/x", "x" * 3_000, "a" * 300 + "/b",
    ],
)  # fmt: skip
def test_what_is_no_file_of_the_run_is_refused(path: str, reader: Reader, filled: Filled) -> None:
    with pytest.raises(InputError) as caught:
        reader.content(filled.odd["files"], path)
    assert caught.value.code == "unknown-artefact"


@pytest.mark.parametrize("folder", ["..", "../..", "/etc", "a/../..", "a\\b"])
def test_no_folder_outside_is_listed(folder: str, reader: Reader, filled: Filled) -> None:
    with pytest.raises(InputError):
        reader.artefacts(filled.odd["files"], folder)


def test_there_is_no_such_run(reader: Reader) -> None:
    for ask in (lambda: reader.content("0" * 32, "x"), lambda: reader.artefacts("0" * 32)):
        with pytest.raises(InputError) as caught:
            ask()
        assert caught.value.code == "unknown-run"


def test_a_link_leads_nowhere_outside(own: Settings, tmp_path: Path) -> None:
    client = store.client(own)
    run = client.create_run(store.experiment(client, "links", own)).info
    client.log_text(run.run_id, "in", "inside.txt")
    root = Path(run.artifact_uri.removeprefix("file://"))
    (tmp_path / "secret.txt").write_text("secret")
    (root / "out.txt").symlink_to(tmp_path / "secret.txt")
    (root / "same.txt").symlink_to(root / "inside.txt")
    reader = Reader(own)
    assert reader.content(run.run_id, "same.txt") == b"in"
    with pytest.raises(InputError):
        reader.content(run.run_id, "out.txt")
    (root / "inside.txt").unlink()
    with pytest.raises(InputError, match="may have been deleted"):
        reader.content(run.run_id, "inside.txt")


def test_one_from_elsewhere_is_fetched_and_nothing_stays(
    own: Settings, filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_local", lambda _: None)
    reader, run = Reader(own), filled.odd["files"]
    reader.run(run)
    before = sorted(own.var.iterdir())
    assert reader.content(run, "notes/read me.txt") == b"hello <b>you</b>\n"
    with pytest.raises(LimitError):
        reader.content(run, "notes/read me.txt", 3)
    for path in ("none.txt", "notes", "notes/none"):
        with pytest.raises(InputError):
            reader.content(run, path)
    assert sorted(own.var.iterdir()) == before
