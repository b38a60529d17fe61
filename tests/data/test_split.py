import json
from collections import Counter
from pathlib import Path

import pytest

from core.config.params import Split
from core.config.settings import Settings
from core.data import edits, manifest, split
from core.data.ingest import ingest
from core.errors import DataError, SettingsError
from tests.support.sets import write_set


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path / "var")


@pytest.fixture
def data(tmp_path: Path, here: Settings) -> Path:
    """Two classes, six patients each, four slices a patient."""
    return ingest(write_set(tmp_path / "first", patients=6), "mine", here)


def parts(rows: list[manifest.Row]) -> dict[str, str]:
    """The part of each group; every group has one."""
    found = {row.group: row.split for row in rows}
    assert all(row.split == found[row.group] for row in rows)
    return found


def test_folds_hold_whole_patients_and_both_classes(data: Path) -> None:
    rows = split.split(data, Split(folds=3))
    assert len(parts(rows)) == 12
    assert Counter((row.split, row.label) for row in rows) == {
        (fold, label): 8 for fold in "012" for label in ("Cyst", "Normal")
    }
    assert not split.leaks(rows)
    assert manifest.read(data) == rows


def test_train_val_and_test_get_their_shares(data: Path) -> None:
    rows = split.split(data, Split(parts=(2 / 3, 1 / 6, 1 / 6)))
    parts(rows)
    assert Counter((row.split, row.label) for row in rows) == {
        (part, label): count
        for part, count in (("train", 16), ("val", 4), ("test", 4))
        for label in ("Cyst", "Normal")
    }


def test_at_random_it_leaks_and_says_so(data: Path) -> None:
    rows = split.split(data, Split(strategy="random", folds=4))
    assert split.leaks(rows)
    assert Counter(row.split for row in rows) == dict.fromkeys("0123", 12)
    rows = split.split(data, Split(strategy="random", parts=(0.5, 0.25, 0.25)))
    assert Counter(row.split for row in rows) == {"train": 24, "val": 12, "test": 12}


def test_what_was_dealt_at_random_is_no_past_to_keep(data: Path) -> None:
    fresh = split.split(data, Split(folds=3))
    split.split(data, Split(strategy="random", folds=3))
    assert split.split(data, Split(folds=3)) == fresh


def test_new_data_moves_no_old_group(data: Path, here: Settings, tmp_path: Path) -> None:
    before = parts(split.split(data, Split(folds=3)))
    old = {row.sha256: row.split for row in manifest.read(data)}
    more = write_set(tmp_path / "second", classes=("Cyst", "Normal", "Stone"), patients=9)
    ingest(more, "mine", here, add=True, dealt=Split(folds=3))
    rows = manifest.read(data)
    assert len(rows) == 48 + 3 * 36
    assert all(row.split == old[row.sha256] for row in rows if row.sha256 in old)
    assert len(parts(rows)) > len(before)
    assert {row.split for row in rows if row.label == "Stone"} == set("012")


def test_another_seed_deals_anew(data: Path) -> None:
    dealt = [tuple(row.split for row in split.split(data, Split(folds=3, seed=seed))) for seed in range(4)]
    assert len(set(dealt)) > 1
    assert tuple(row.split for row in split.split(data, Split(folds=3, seed=0))) == dealt[0]


def test_a_split_file_that_belongs_to_another_manifest_is_no_past(data: Path) -> None:
    """A kill between the two writes leaves one of each."""
    fresh = split.split(data, Split(folds=3))
    how = (data / split.FILE).read_text()
    split.split(data, Split(folds=3, seed=5))
    (data / split.FILE).write_text(how)
    assert split.split(data, Split(folds=3)) == fresh


@pytest.mark.parametrize("text", ["", "{", "[]", '{"strategy": 7}'])
def test_a_damaged_split_file_is_written_again(text: str, data: Path) -> None:
    fresh = split.split(data, Split(folds=3))
    (data / split.FILE).write_text(text)
    assert split.split(data, Split(folds=3)) == fresh
    assert json.loads((data / split.FILE).read_text())["folds"] == 3


def test_edits_are_in_the_manifest(data: Path) -> None:
    rows = manifest.read(data)
    edits.exclude(data, rows[0].path)
    edits.relabel(data, rows[1].path, "Normal")
    found = split.split(data, Split(folds=3))
    assert rows[0].path not in {row.path for row in found}
    assert next(row for row in found if row.path == rows[1].path).label == "Normal"
    assert len(found) == 47


def test_without_a_second_class_there_is_no_split(data: Path) -> None:
    for row in manifest.read(data):
        if row.label == "Normal":
            edits.exclude(data, row.path)
    with pytest.raises(DataError, match="mine has only one class left"):
        split.split(data, Split(folds=3))


def test_few_patients_give_few_folds(here: Settings, tmp_path: Path) -> None:
    data = ingest(write_set(tmp_path / "few", patients=1), "few", here)
    assert {row.split for row in split.split(data, Split(folds=5))} == {"0", "1"}
    assert {row.split for row in split.split(data, Split(folds=5))} == {"0", "1"}
    with pytest.raises(DataError, match="2 patient blocks can't be dealt into 3"):
        split.split(data, Split(parts=(0.6, 0.2, 0.2)))


def test_what_is_left_of_few_patients_stays_in_one_fold_with_whom_it_was(
    here: Settings, tmp_path: Path
) -> None:
    data = ingest(write_set(tmp_path / "few", patients=3), "few", here)
    before = split.split(data, Split(folds=4))
    gone = {row.group for row in before if row.split in "01"}
    for row in before:
        if row.group in gone:
            edits.exclude(data, row.path)
    left = {
        frozenset(row.group for row in before if row.split == fold) for fold in {row.split for row in before}
    }
    assert len(left - {frozenset()}) == 4
    after = split.split(data, Split(folds=4))
    kept = {
        frozenset(row.group for row in after if row.split == fold) for fold in {row.split for row in after}
    }
    assert kept == {groups - gone for groups in left} - {frozenset()}


def test_a_part_without_a_class_is_named(here: Settings, tmp_path: Path) -> None:
    data = ingest(write_set(tmp_path / "few", patients=1), "few", here)
    assert split.gaps(manifest.read(data)) == [
        "Cyst comes from 1 patient block; part 1 has none of it.",
        "Normal comes from 1 patient block; part 0 has none of it.",
    ]


def test_a_part_that_was_emptied_is_named(data: Path) -> None:
    chosen = Split(parts=(2 / 3, 1 / 6, 1 / 6))
    for row in split.split(data, chosen):
        if row.split == "test":
            edits.exclude(data, row.path)
    assert split.gaps(split.split(data, chosen)) == [
        "Cyst comes from 5 patient blocks; part test has none of it.",
        "Normal comes from 5 patient blocks; part test has none of it.",
    ]


@pytest.mark.parametrize("shares", ["[0.5, 0.5, 0.5]", "[1, 0, 0]", "[0.5, 0.5]", "[-1, 1, 1]", "0.7"])
def test_shares_that_are_none_are_refused(shares: str) -> None:
    from core.config.params import FILE, load

    with pytest.raises(SettingsError, match=r"split\.parts"):
        load(FILE, [f"split.parts={shares}"])
