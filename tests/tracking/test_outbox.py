import json
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.tracking.outbox import Delivered, Outbox


@pytest.fixture
def box(tmp_path: Path) -> Outbox:
    made = Outbox(tmp_path / "outbox")
    made.open()
    return made


@contextmanager
def no_room(above: int) -> Iterator[None]:
    """No file grows past so many bytes: what a full disk is to one file, and really refused by the system."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (above, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def read(box: Outbox, start: int = 0) -> list[dict[str, object]]:
    return [dict(line.entry) for line in box.lines(start)]


def test_entries_come_back_in_order_and_from_any_on(box: Outbox) -> None:
    for number in range(3):
        box.append(kind="tags", values={"name": f"Größe {number}"})
    found = list(box.lines())
    assert [line.entry["values"] for line in found] == [{"name": f"Größe {number}"} for number in range(3)]
    assert found[-1].end == box.length
    assert read(box, found[0].end) == [dict(line.entry) for line in found[1:]]
    assert read(box, box.length) == []


@pytest.mark.parametrize("torn", [b"{", b'{"kind": "metr', b"\xff\xfe", b'{"a": 1}'])
def test_a_line_that_a_kill_cut_short_is_nothing_and_the_next_stands_alone(box: Outbox, torn: bytes) -> None:
    box.append(number=1)
    with (box.place / "entries.jsonl").open("ab") as stream:
        stream.write(torn)
    assert read(box) == [{"number": 1}]
    again = Outbox(box.place)
    again.open()
    again.append(number=2)
    assert read(again) == [{"number": 1}, {"number": 2}]


def test_a_disk_that_is_full_delays_entries_and_tears_none(box: Outbox) -> None:
    box.append(number=1)
    with no_room(box.length + 5):
        for number in (2, 3):
            with pytest.raises(OSError):
                box.append(number=number)
        assert read(box) == [{"number": 1}] and box.waits
    box.append(number=4)
    assert [one["number"] for one in read(box)] == [1, 2, 3, 4] and not box.waits


def test_files_are_kept_as_they_were(box: Outbox, tmp_path: Path) -> None:
    source = tmp_path / "scores.json"
    source.write_text("first")
    first = box.keep(source)
    source.write_text("second")
    second = box.keep(source)
    source.unlink()
    assert [(box.place / one).read_text() for one in (first, second)] == ["first", "second"]
    assert {Path(one).name for one in (first, second)} == {"scores.json"}


def test_large_files_take_no_room_and_outlive_their_folder(box: Outbox, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    (bundle / "more").mkdir(parents=True)
    (bundle / "model.keras").write_bytes(bytes(9 * 1024 * 1024))
    (bundle / "more" / "card.json").write_text("{}")
    kept = box.place / box.keep(bundle, "model")
    assert (kept / "model.keras").stat().st_ino == (bundle / "model.keras").stat().st_ino
    (bundle / "model.keras").unlink()
    assert (kept / "model.keras").stat().st_size == 9 * 1024 * 1024
    assert (kept / "more" / "card.json").read_text() == "{}"
    box.clear()
    assert not kept.exists()


def test_done_is_all_of_it_with_its_parts(box: Outbox) -> None:
    assert not box.done and box.delivered == Delivered()
    box.append(number=1)
    box.note(Delivered(run_id="r", length=box.length))
    assert not box.done, "the run wasn't ended"
    box.note(Delivered(run_id="r", length=box.length, over=True))
    assert box.done
    child = box.child("fold-1")
    child.open()
    child.append(number=1)
    assert not box.done
    child.note(Delivered(run_id="s", length=child.length, over=True))
    assert box.done
    box.append(number=2)
    assert not box.done


@pytest.mark.parametrize("content", ["", "{", "[]", json.dumps({"length": "long"})])
def test_a_damaged_note_means_that_nothing_is_known_to_be_delivered(box: Outbox, content: str) -> None:
    (box.place / "delivered.json").write_text(content)
    assert box.delivered == Delivered()
