from pathlib import Path

import pytest

from core.data.fetching.meter import Meter, lasting, size
from core.errors import LimitError, StorageError

MB = 1024**2


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (9_999, "9,999 bytes"),
        (20_480, "20 KB"),
        (72 * MB, "72.0 MB"),
        (12_000 * MB, "11.7 GB"),
    ],
)
def test_bytes_in_words(count: int, words: str) -> None:
    assert size(count) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (89, "89 s"), (180, "3 min"), (5_399, "90 min"), (9_000, "2.5 h")]
)
def test_times_in_words(seconds: float, words: str) -> None:
    assert lasting(seconds) == words


def test_it_tells_how_much_and_how_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, told = [100.0], []
    monkeypatch.setattr("core.data.fetching.meter.time.monotonic", lambda: clock[0])
    meter = Meter("https://h/a.zip", tmp_path, lambda what, share: told.append((what, share)))
    meter.start(10 * MB, 100 * MB)
    clock[0] += 2
    meter.at(30 * MB)
    meter.at(31 * MB)
    meter.waits("the server answers 503")
    clock[0] += 7
    meter.at(100 * MB)
    assert told == [
        ("downloading: 10.0 MB of 100.0 MB", 0.1),
        # 20 MB in 2 s, 70 MB to go
        ("downloading: 30.0 MB of 100.0 MB, 7 s left", 0.3),
        ("downloading: the server answers 503; trying again", 0.31),
        ("downloading: 100.0 MB of 100.0 MB", 1.0),
    ]


def test_without_a_length_it_tells_how_much(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    meter = Meter("https://h/a.zip", tmp_path, lambda what, share: told.append((what, share)))
    meter.start(0, None)
    meter.waits("it broke off")
    meter.start(2 * MB, None)
    assert told[-1] == ("downloading: 2.0 MB", 0.0)


def test_a_download_that_has_no_room_is_refused_before_it_begins(tmp_path: Path) -> None:
    meter = Meter("https://h/a.zip", tmp_path, lambda what, share: None, most=10**18)
    with pytest.raises(
        StorageError, match=r"https://h/a\.zip needs .* GB, and .* are free in .*Free some space"
    ):
        meter.start(0, 10**17)


def test_a_download_that_grows_too_large_is_stopped(tmp_path: Path) -> None:
    meter = Meter("https://h/a.zip", tmp_path, lambda what, share: None, most=5 * MB)
    with pytest.raises(LimitError, match=r"larger than the 5\.0 MB that are allowed"):
        meter.start(0, 6 * MB)
    meter.start(0, None)
    with pytest.raises(LimitError, match="Ingest a smaller part"):
        meter.at(5 * MB + 1)
