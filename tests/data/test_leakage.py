from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.config.settings import ROOT, Settings, settings
from core.data import catalog, classes, edits, leakage, likeness, manifest
from core.data.catalog import Looks, Slice
from core.data.ingest import ingest
from core.data.leakage import TWIN, SplitLeak, measure, read, sentence
from core.data.manifest import Row
from core.data.synthetic import write_dataset
from core.errors import DataError


def picture(seed: int, near: int = 0) -> np.ndarray:
    """(64, 64) blobs; pictures of one seed are near-twins, of two seeds strangers."""
    coarse = np.random.default_rng(seed).integers(20, 220, (4, 4), np.uint8)
    grain = np.random.default_rng([seed, near]).integers(0, 20 if near else 1, (64, 64), np.uint8)
    return cv2.resize(coarse, (64, 64), interpolation=cv2.INTER_LINEAR) + grain


def folder(
    place: Path,
    pictures: Sequence[np.ndarray],
    labels: Sequence[str],
    groups: Sequence[str],
    split: Sequence[str],
    own: Sequence[str] | None = None,
) -> Path:
    """A data set of hand-made slices: catalogue, class rule and manifest."""
    place.mkdir()
    blank = Slice("", "", "", 64, 64, 8, "PNG", 0.0, 0.0, "", "made", "", "", "", "axial")
    slices = [
        replace(
            blank, path=f"images/made/{n:02d}.png", folder=label, series=group, group=group, own_split=part
        )
        for n, (label, group, part) in enumerate(zip(labels, groups, own or [""] * len(labels), strict=True))
    ]
    looks = [likeness.look(one) for one in pictures]
    thumbnails = np.stack([one.thumbnail for one in looks])
    hashes = np.array([one.hash for one in looks], np.uint64)
    catalog.write(place, slices, Looks(thumbnails, hashes, np.zeros((0, 2), np.int32)), [])
    rule = {name: name for name in labels} | {"unused": "other"}
    classes.write(place, rule)
    manifest.write(
        place,
        [
            Row(one.path, label, "", 64, 64, one.series, one.group, "axial", one.own_split, part)
            for one, label, part in zip(slices, labels, split, strict=True)
        ],
    )
    return place


def test_twins_on_two_sides_are_told_from_twins_on_one(tmp_path: Path) -> None:
    """a1 a2 b1 b2 in one part each way: worked by hand for the manifest's split."""
    pictures = [picture(1), picture(1, 1), picture(2), picture(3)]
    made = folder(tmp_path / "four", pictures, "AABB", ["a", "a", "b", "c"], ["0", "1", "0", "1"])
    found = measure(made, 2, 0)
    assert (found.manifest.slices, found.manifest.with_twin) == (4, 0.5)
    assert [(one.test[-6:], one.train[-6:]) for one in found.manifest.twins] == [("00.png", "01.png")]
    assert found.manifest.twins[0].correlation >= TWIN
    assert found.grouped.with_twin == 0
    assert found.grouped.twins == ()
    assert found.source is None


def test_remembering_scores_on_a_random_split_and_not_by_group(tmp_path: Path) -> None:
    """Twenty people of four near-twins; what they look like says nothing about their class."""
    persons = [n // 4 for n in range(80)]
    pictures = [picture(person, n % 4) for n, person in enumerate(persons)]
    labels = ["AB"[person % 2] for person in persons]
    groups = [f"P{person}" for person in persons]
    made = folder(tmp_path / "twenty", pictures, labels, groups, [str(n % 2) for n in range(80)])
    found = measure(made, 4, 0)
    assert (found.random.with_twin, found.random.accuracy) == (1, 1)
    assert found.grouped.with_twin == 0
    assert 0.2 < found.grouped.accuracy < 0.8
    assert found.grouped.slices == found.random.slices == 80
    assert found.sentence.startswith("A split that ignores series would report 100 %; the honest figure")


def test_parts_are_test_against_train_alone(tmp_path: Path) -> None:
    pictures = [picture(1), picture(1, 1), picture(2), picture(2, 1), picture(3)]
    split = ["train", "test", "val", "test", "train"]
    found = measure(folder(tmp_path / "p", pictures, "ABBBB", "ppqqr", split, split), 2, 0)
    # 01 finds its twin 00 of the other class; the twin of 03 is in val, where no model trains
    assert (found.manifest.slices, found.manifest.with_twin) == (2, 0.5)
    assert found.manifest.twins[0].test.endswith("01.png")
    assert found.source is not None
    assert found.source.model_dump(exclude={"strategy"}) == found.manifest.model_dump(exclude={"strategy"})


@pytest.mark.parametrize("own", [["train"] * 4, ["", "", "", ""], ["valid", "test", "test", "valid"]])
def test_no_split_of_the_sources_own_is_none(tmp_path: Path, own: list[str]) -> None:
    pictures = [picture(seed) for seed in range(4)]
    assert measure(folder(tmp_path / "o", pictures, "AABB", "pqrs", list("0101"), own), 2, 0).source is None


def test_an_empty_part_tests_nothing_and_says_so(tmp_path: Path) -> None:
    pictures = [picture(seed) for seed in range(4)]
    made = folder(tmp_path / "e", pictures, "AABB", "pqrs", ["train", "train", "val", "train"])
    found = measure(made, 2, 0).manifest
    assert (found.slices, found.with_twin, found.accuracy, found.twins) == (0, 0, 0, ())
    made = folder(tmp_path / "f", pictures, "AABB", "pqrs", ["test"] * 4)
    assert measure(made, 2, 0).manifest.slices == 0


def test_an_excluded_slice_is_nobodys_twin(tmp_path: Path) -> None:
    pictures = [picture(1), picture(1, 1), picture(2), picture(3)]
    made = folder(tmp_path / "x", pictures, "AABB", "pqrs", list("0101"))
    assert measure(made, 2, 0).manifest.with_twin == 0.5
    edits.exclude(made, "images/made/00.png")
    found = measure(made, 2, 0).manifest
    assert (found.slices, found.with_twin) == (3, 0)


def test_a_changed_class_counts(tmp_path: Path) -> None:
    pictures = [picture(1), picture(1, 1), picture(2), picture(2, 1)]
    made = folder(tmp_path / "r", pictures, "AABB", "pqrs", list("0101"))
    assert measure(made, 2, 0).manifest.accuracy == 1
    edits.relabel(made, "images/made/00.png", "B")
    assert measure(made, 2, 0).manifest.accuracy == 0.5


def test_one_class_is_always_right_and_gains_nothing(tmp_path: Path) -> None:
    pictures = [picture(seed) for seed in range(4)]
    found = measure(folder(tmp_path / "one", pictures, "AAAA", "pqrs", list("0101")), 2, 0)
    assert found.grouped.accuracy == found.random.accuracy == 1
    assert found.sentence == "A split that ignores series gains nothing here: 100 %, and 100 % by group."


def test_a_class_of_one_group_is_said_to_be_unseen(tmp_path: Path) -> None:
    pictures = [picture(n // 2, n % 2) for n in range(6)]
    found = measure(folder(tmp_path / "u", pictures, "AABBBB", "ppqqrr", list("010101")), 3, 0)
    assert found.grouped.unseen == pytest.approx(2 / 6)
    assert found.random.unseen == 0
    assert "where 33 % of slices are of a class that no patient block in training shows" in found.sentence


@pytest.mark.parametrize(("labels", "groups"), [("A", "p"), ("AB", "pp")])
def test_one_block_can_not_be_kept_apart(tmp_path: Path, labels: str, groups: str) -> None:
    made = folder(
        tmp_path / "b", [picture(n) for n in range(len(labels))], labels, groups, ["0"] * len(labels)
    )
    with pytest.raises(DataError, match=r"All slices of b are of one patient block.*Add data\."):
        measure(made, 5, 0)
    assert read(made) is None


def test_fewer_blocks_than_folds_are_dealt_one_a_fold(tmp_path: Path) -> None:
    made = folder(tmp_path / "w", [picture(n) for n in range(3)], "ABB", "pqr", list("012"))
    assert measure(made, 5, 0).grouped.slices == 3


def test_a_set_without_manifest_or_catalogue_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="none-such"):
        measure(tmp_path / "none-such", 5, 0)
    made = folder(tmp_path / "m", [picture(n) for n in range(3)], "ABB", "pqr", list("012"))
    (made / manifest.FILE).unlink()
    with pytest.raises(DataError, match="m is not split yet"):
        measure(made, 2, 0)


def test_what_was_measured_is_read_back_and_repeats(tmp_path: Path) -> None:
    pictures = [picture(n // 3, n % 3) for n in range(12)]
    made = folder(tmp_path / "k", pictures, "AAABBBAAABBB", "pppqqqrrrsss", list("010101010101"))
    told: list[tuple[str, float]] = []
    found = measure(made, 2, 7, lambda what, share: told.append((what, share)))
    assert read(made) == found == measure(made, 2, 7)
    assert told[-1] == ("measuring leaks", 1.0)
    assert sorted(path.name for path in made.iterdir() if "leak" in path.name) == [leakage.FILE]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"grouped": 1}', "\0"])
def test_a_damaged_or_foreign_file_is_to_be_measured_again(tmp_path: Path, text: str) -> None:
    (tmp_path / leakage.FILE).write_text(text)
    assert read(tmp_path) is None


def test_examples_are_at_most_twelve_of_all_classes_closest_first(tmp_path: Path) -> None:
    pictures = [picture(n // 2, n % 2) for n in range(80)]
    labels = ["A" if n < 60 else "B" for n in range(80)]
    groups = [f"P{n // 2:02d}" for n in range(80)]
    found = measure(folder(tmp_path / "t", pictures, labels, groups, [str(n % 2) for n in range(80)]), 2, 0)
    twins = found.manifest.twins
    assert len(twins) == 12
    assert len({frozenset((one.test, one.train)) for one in twins}) == 12
    shown = [labels[int(one.test[-6:-4])] for one in twins]
    assert (shown.count("A"), shown.count("B")) == (6, 6)
    assert twins[0].correlation == max(one.correlation for one in twins)
    assert all(int(one.test[-6:-4]) // 2 == int(one.train[-6:-4]) // 2 for one in twins)


def leak(accuracy: float, unseen: float = 0.0) -> SplitLeak:
    return SplitLeak(strategy="any", slices=10, with_twin=0, accuracy=accuracy, unseen=unseen)


def test_the_finding_is_a_plain_sentence() -> None:
    assert sentence(leak(0.4791), leak(0.9998)) == (
        "A split that ignores series would report 100 %; the honest figure for the same method is 48 %."
    )
    assert sentence(leak(0.52), leak(0.523)).startswith(
        "A split that ignores series gains nothing here: 52 %"
    )


def test_drawn_people_have_no_twins_in_other_groups(tmp_path: Path) -> None:
    write_dataset(tmp_path / "drawn", per_class=12, slices_per_series=3, size=128)
    found = measure(ingest(tmp_path / "drawn", "drawn", Settings(var=tmp_path / "var")), 3, 0)
    assert found.grouped.with_twin == found.manifest.with_twin == 0
    assert found.random.with_twin > 0.9
    assert found.random.accuracy > found.grouped.accuracy


KIDNEY = ("kidney-ct.zip", "kidney-ct-clahe224.zip")


@pytest.mark.data
@pytest.mark.parametrize(("title", "zips"), [("`kidney-ct.zip`", KIDNEY[:1]), ("both zips", KIDNEY)])
def test_the_public_set_is_remembered_at_random_and_not_by_block(
    tmp_path: Path, title: str, zips: tuple[str, ...]
) -> None:
    archives = [settings().shared_data / name for name in zips]
    if not all(path.is_file() for path in archives):
        pytest.skip(f"the real data sets are not in {settings().shared_data}")
    made = ingest(archives, "kidney", Settings(var=tmp_path))
    found = measure(made, 5, 0)
    rows = manifest.read(made)
    assert found.random.slices == found.grouped.slices == len(rows)
    assert found.random.with_twin >= 0.95
    assert found.random.accuracy >= 0.99
    assert found.grouped.with_twin <= 0.005
    assert found.manifest.with_twin <= 0.005
    assert found.grouped.accuracy <= 0.65
    labels = {row.path: row.label for row in rows}
    assert {labels[one.test] for one in found.random.twins} == {"Cyst", "Normal", "Stone", "Tumor"}
    shares = [found.random.with_twin, found.grouped.with_twin, found.random.accuracy, found.grouped.accuracy]
    counts = [len(rows), len({row.series for row in rows}), len({row.group for row in rows})]
    cells = [title, *(f"{count:,}" for count in counts), *(f"{100 * share:.1f} %" for share in shares)]
    assert f"| {' | '.join(cells)} |" in (ROOT / "docs/data_card.md").read_text(encoding="utf-8")
