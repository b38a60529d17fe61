"""Tasks are data: every row can be used as it stands."""

import shutil
import zipfile
from pathlib import Path

import pytest

from core.config.settings import Settings
from core.data import classes, manifest, presets
from core.data.ingest import ingest
from core.errors import DataError
from tests.support.sets import write_set

CHEST = {
    "adenocarcinoma_left.lower.lobe_T2_N0_M0_Ib": "adenocarcinoma",
    "large.cell.carcinoma_left.hilum_T2_N2_M0_IIIa": "large.cell.carcinoma",
    "squamous.cell.carcinoma_left.hilum_T1_N2_M0_IIIa": "squamous.cell.carcinoma",
    "Normal": "normal",
}


@pytest.mark.parametrize("name", presets.table())
def test_each_says_what_it_is(name: str) -> None:
    one = presets.preset(name)
    assert one.name == name
    assert len(one.classes) >= 2
    assert set(one.rule.values()) == set(one.classes)


def test_folders_get_the_tasks_classes(tmp_path: Path) -> None:
    raw = write_set(tmp_path / "raw" / "Data" / "train", classes=tuple(CHEST), patients=2, slices=2)
    here = Settings(var=tmp_path / "var")
    four = manifest.read(ingest(raw, "four", here, preset="chest-4"))
    assert {Path(row.path).parent.name: row.label for row in four} == CHEST
    two = manifest.read(ingest(raw, "two", here, preset="chest-binary"))
    assert {row.label for row in two} == {"cancer", "normal"}
    assert sum(row.label == "cancer" for row in two) == 12


def test_a_two_class_task_takes_its_classes_out_of_four(tmp_path: Path) -> None:
    raw = write_set(tmp_path / "raw", classes=("Cyst", "NORMAL", "Stone", "tumor"), patients=2, slices=2)
    rows = manifest.read(ingest(raw, "two", Settings(var=tmp_path / "var"), preset="kidney-binary"))
    assert {row.label for row in rows} == {"Normal", "Tumor"}
    assert len(rows) == 8


def test_what_a_person_says_goes_before_the_task(tmp_path: Path) -> None:
    raw = write_set(tmp_path / "raw", classes=("Cyst", "Normal", "Stone", "Tumor"), patients=2, slices=2)
    data = ingest(raw, "x", Settings(var=tmp_path / "var"), preset="kidney-4", rule={"Stone": "Cyst"})
    assert {row.label for row in manifest.read(data)} == {"Cyst", "Normal", "Tumor"}


def test_a_zip_of_other_folders_is_a_sentence(tmp_path: Path) -> None:
    raw = write_set(tmp_path / "raw", classes=("cats", "dogs"), patients=1, slices=1)
    with zipfile.ZipFile(tmp_path / "pets.zip", "w") as archive:
        for path in raw.rglob("*.png"):
            archive.write(path, path.relative_to(raw))
    with pytest.raises(DataError, match=r"none of 2 pictures can be used.*lies in no folder that stands for"):
        ingest(tmp_path / "pets.zip", "x", Settings(var=tmp_path / "var"), preset="kidney-4")


def test_the_synthetic_set_is_drawn_the_same_each_time(tmp_path: Path) -> None:
    first = manifest.read(ingest("synthetic", "a", Settings(var=tmp_path / "one")))
    second = manifest.read(ingest("synthetic", "a", Settings(var=tmp_path / "two")))
    assert first == second
    assert {row.label for row in first} == set(presets.preset("synthetic").classes)


def left_by_dvc(data: Path) -> None:
    """What `dvc repro` leaves of a set before the stage runs again: the outs that persist."""
    for path in data.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in ("sources.json", "classes.json", "edits.json", "manifest.csv", "split.json"):
            path.unlink()


def test_ingested_anew_a_persons_rule_stays_and_another_task_starts_from_itself(tmp_path: Path) -> None:
    raw = write_set(tmp_path / "raw" / "Data" / "train", classes=tuple(CHEST), patients=2, slices=2)
    here = Settings(var=tmp_path / "var")
    data = ingest(raw, "chest", here, preset="chest-4")
    classes.write(data, {**classes.read(data), "Normal": "healthy"})
    left_by_dvc(data)
    assert "healthy" in {row.label for row in manifest.read(ingest(raw, "chest", here, preset="chest-4"))}
    left_by_dvc(data)
    rows = manifest.read(ingest(raw, "chest", here, preset="chest-binary"))
    assert {row.label for row in rows} == {"cancer", "normal"}
