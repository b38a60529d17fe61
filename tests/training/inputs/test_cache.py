import os
from pathlib import Path

from core.config.settings import Settings
from core.data import sets
from core.data.ingest import ingest
from core.imaging import body, window
from core.training.inputs import cache
from tests.support.sets import write_set

KIB = 1024


def keep(settings: Settings, dataset: str, name: str, used: int, kib: int = 64) -> Path:
    path = cache.place(dataset, settings) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(kib * KIB))
    os.utime(path, (used, used))
    return path


def test_disk_use_is_by_data_set_and_counts_what_is_still_growing(tmp_path: Path) -> None:
    here = Settings(var=tmp_path / "var")
    assert cache.disk_use(here) == {}
    keep(here, "b", "1.npy", 1)
    keep(here, "b", ".2.npy.part", 1, kib=32)
    keep(here, "a", "1.npy", 1)
    assert cache.disk_use(here) == {"a": 64 * KIB, "b": 96 * KIB}


def test_clearing_takes_one_data_set_and_says_what_it_freed(tmp_path: Path) -> None:
    here = Settings(var=tmp_path / "var")
    keep(here, "a", "1.npy", 1)
    stays = keep(here, "b", "1.npy", 1)
    assert cache.clear("a", here) == 64 * KIB
    assert stays.is_file() and cache.disk_use(here) == {"b": 64 * KIB}
    assert cache.clear("a", here) == 0


def test_what_was_used_longest_ago_makes_room(tmp_path: Path) -> None:
    here = Settings(var=tmp_path / "var")
    ingest(write_set(tmp_path / "raw"), "real", here)
    old = keep(here, "real", "old.npy", 1)
    middle, new = keep(here, "real", "middle.npy", 2), keep(here, "at-work", "new.npy", 3)
    cache.tidy(here, "at-work", most=130 * KIB)
    assert (old.exists(), middle.exists(), new.exists()) == (False, True, True)
    cache.tidy(here, "at-work", most=130 * KIB)
    assert middle.exists() and new.exists()


def test_pixels_of_a_data_set_that_is_gone_go_with_the_next_training(tmp_path: Path) -> None:
    here = Settings(var=tmp_path / "var")
    for name in ("one", "two"):
        ingest(write_set(tmp_path / "raw"), name, here)
        keep(here, name, "squares.npy", 1)
    sets.remove("one", here)
    cache.tidy(here, "two")
    assert cache.disk_use(here) == {"two": 64 * KIB}


def test_keys_tell_apart_what_differs() -> None:
    keys = [cache.key(parts) for parts in ([], ["a"], ["a", 1], ["a", "1"], ["a1"], [["a"], 1])]
    assert len(set(keys)) == len(keys)
    assert cache.key(["a", 1]) == keys[2]
    assert cache.code((body,)) != cache.code((window,))
