"""The three public sets, ingested, validated and split for real, with every count that is known of them."""

from collections import Counter
from pathlib import Path

import pytest

from core.config.params import Split
from core.config.settings import Settings
from core.data import manifest
from core.data.ingest import ingest
from core.data.split import leaks, split
from core.data.validation import report as reports
from core.data.validation.report import Report
from core.data.validation.validate import validate

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(var=tmp_path_factory.mktemp("var"))


def brought(name: str, preset: str | None, here: Settings) -> Path:
    source = here.shared_data / f"{name}.zip"
    if not source.is_file():
        pytest.skip(f"the public set {source.name} is not here; KCS_SHARED_DATA names its folder")
    folder = ingest(source, preset or name, here, preset=preset)
    validate(folder)
    return folder


@pytest.fixture(scope="module")
def kidney(here: Settings) -> Path:
    return brought("kidney-ct", "kidney-4", here)


@pytest.fixture(scope="module")
def binary(here: Settings) -> Path:
    return brought("kidney-binary-465", "kidney-binary", here)


@pytest.fixture(scope="module")
def chest(here: Settings) -> Path:
    return brought("chest-ct", "chest-4", here)


@pytest.fixture(scope="module")
def cancer(here: Settings) -> Path:
    return brought("chest-ct", "chest-binary", here)


@pytest.fixture(scope="module")
def unnamed(here: Settings) -> Path:
    """The chest set without a preset: its folder names differ between its own splits."""
    return brought("chest-ct", None, here)


def told(folder: Path) -> Report:
    found = reports.read(folder)
    assert found is not None
    return found


def classes(found: Report) -> dict[str, int]:
    return {one.label: one.slices for one in found.classes}


def codes(found: Report) -> dict[str, list[str]]:
    return {
        level: [one.code for one in found.findings if one.level == level]
        for level in ("problem", "warning", "note")
    }


def names(paths: tuple[str, ...]) -> list[str]:
    return [Path(path).name for path in paths]


def check_split(folder: Path, parts: int) -> None:
    """By patient nothing leaks and all is there; at random it leaks."""
    rows = split(folder, Split())
    assert Counter(row.label for row in rows) == Counter(classes(told(folder)))
    assert {row.split for row in rows} == {str(number) for number in range(parts)}
    assert not leaks(rows)
    assert manifest.read(folder) == rows
    three = split(folder, Split(parts=(0.6, 0.2, 0.2)))
    assert {row.split for row in three} == {"train", "val", "test"}
    assert not leaks(three)
    assert leaks(split(folder, Split(strategy="random")))


def test_the_kidney_set(kidney: Path) -> None:
    found = told(kidney)
    assert classes(found) == {"Cyst": 1216, "Normal": 1910, "Stone": 716, "Tumor": 995}
    assert (found.slices, found.excluded, found.left_out, found.flawed) == (4837, 0, (), ())
    assert (found.bits, found.formats) == ({"8": 4837}, {"JPEG": 4837})
    assert (found.copies, len(found.exact), found.near_pairs, len(found.near)) == (7, 7, 9805, 111)
    assert (found.conflicts, found.crossing, found.crossing_near) == ((), (), 0)
    assert (found.imbalance, found.shifts) == (2.67, ())
    assert codes(found) == {"problem": [], "warning": [], "note": ["exact", "near"]}
    assert (found.verdict, found.usable) == ("usable", True)


def test_the_sizes_of_the_kidney_set(kidney: Path) -> None:
    found = Counter[tuple[int, int]]()
    for one in told(kidney).sizes:
        found[one.width, one.height] += one.slices
    assert found == {(320, 320): 3486, (256, 256): 1180, (320, 259): 170, (320, 258): 1}


def test_the_kidney_set_splits_by_patient(kidney: Path) -> None:
    check_split(kidney, 5)


def test_the_two_class_kidney_set(binary: Path) -> None:
    found = told(binary)
    assert classes(found) == {"Normal": 173, "Tumor": 225}
    assert (found.left_out, found.flawed, found.bits, found.formats) == ((), (), {"8": 398}, {"JPEG": 398})
    assert (found.copies, found.exact, found.near_pairs, len(found.near)) == (0, (), 898, 12)
    assert (found.conflicts, found.crossing_near, found.imbalance) == ((), 0, 1.3)
    assert codes(found) == {"problem": [], "warning": [], "note": ["near"]}
    assert found.verdict == "usable"


def test_the_two_class_kidney_set_splits_by_patient(binary: Path) -> None:
    check_split(binary, 5)


def test_the_chest_set(chest: Path) -> None:
    found = told(chest)
    assert classes(found) == {
        "adenocarcinoma": 338,
        "large.cell.carcinoma": 187,
        "normal": 215,
        "squamous.cell.carcinoma": 260,
    }
    assert [one.sources for one in found.classes] == [
        {"test": 120, "train": 195, "valid": 23},
        {"test": 51, "train": 115, "valid": 21},
        {"test": 54, "train": 148, "valid": 13},
        {"test": 90, "train": 155, "valid": 15},
    ]
    assert (found.slices, found.excluded, found.left_out, found.imbalance) == (1000, 0, (), 1.81)
    assert (len(found.flawed), found.bits, found.formats) == (9, {"8": 1000}, {"JPEG": 1000})
    assert codes(found) == {
        "problem": [],
        "warning": ["not-ct", "conflict", "crossing", "shift"],
        "note": ["exact", "near"],
    }
    assert found.verdict == "usable: 4 warnings"


def test_copies_in_the_chest_set(chest: Path) -> None:
    """153 files beyond the first of 59 pictures, 22 of which lie in several of its own splits."""
    found = told(chest)
    assert (found.copies, len(found.exact)) == (153, 59)
    assert sum(len(one.paths) for one in found.exact) == 212
    assert (found.crossing_pictures, found.crossing_exact, found.crossing_near) == (22, 120, 129)
    assert (found.near_pairs, len(found.near), len(found.crossing)) == (391, 18, 14)
    (conflict,) = found.conflicts
    assert names(conflict.paths) == ["l4.jpg", "sq2.jpg"]
    assert conflict.labels == ("large.cell.carcinoma", "squamous.cell.carcinoma")


def test_normal_in_the_chest_set_is_told_by_contrast_alone(chest: Path) -> None:
    told_by = [(one.what, one.label, one.balanced_accuracy) for one in told(chest).shifts]
    assert told_by == [("contrast", "normal", 0.899), ("brightness", "normal", 0.837)]


def test_the_chest_set_splits_by_patient(chest: Path) -> None:
    check_split(chest, 5)


def test_the_chest_set_with_cancer_as_one_class(cancer: Path) -> None:
    found = told(cancer)
    assert classes(found) == {"cancer": 785, "normal": 215}
    assert (found.copies, found.crossing_pictures, found.conflicts) == (153, 22, ())
    assert found.verdict == "usable: 3 warnings"
    check_split(cancer, 5)


def test_without_a_preset_the_chest_set_is_the_same(unnamed: Path, chest: Path) -> None:
    own, preset = told(unnamed), told(chest)
    assert own.model_copy(update={"name": preset.name}) == preset


def test_the_report_of_a_real_set_is_the_same_bytes_again(chest: Path) -> None:
    first = (chest / reports.FILE).read_bytes()
    validate(chest)
    assert (chest / reports.FILE).read_bytes() == first
