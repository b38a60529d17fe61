"""Which class a folder stands for, layout by layout, each worked by hand."""

import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import pytest

from core.data import classes
from core.errors import DataError


def told(paths: Sequence[str], known: classes.Rule | None = None, *, only: bool = False) -> dict[str, str]:
    found = classes.infer([PurePosixPath(path) for path in paths], known, only=only)
    return {str(path): label for path, (_, label) in found.items()}


LAYOUTS = {
    "planes below classes of a known task": {
        "Cyst/axial/1.png": "Cyst",
        "Cyst/coronal/1.png": "Cyst",
        "tumor/axial/1.png": "tumor",
        "tumor/coronal/1.png": "tumor",
    },
    "each patient of one class of a known task": {
        "ada/Cyst/1.png": "Cyst",
        "ben/Tumor/1.png": "Tumor",
        "cleo/Normal/1.png": "Normal",
    },
    "classes on top": {"Cyst/1.png": "Cyst", "Normal/1.png": "Normal"},
    "a folder around": {"set/Cyst/1.png": "Cyst", "set/Normal/1.png": "Normal"},
    "three folders around": {"a/b/c/Cyst/1.png": "Cyst", "a/b/c/Normal/1.png": "Normal"},
    "splits above, a folder around": {
        "Data/train/Cyst/1.png": "Cyst",
        "Data/train/Normal/1.png": "Normal",
        "Data/valid/Cyst/1.png": "Cyst",
        "Data/test/Normal/1.png": "Normal",
    },
    "splits below": {
        "Cyst/train/1.png": "Cyst",
        "Cyst/test/1.png": "Cyst",
        "Normal/train/1.png": "Normal",
        "Normal/test/1.png": "Normal",
    },
    "numbered patients below": {
        "Cyst/patient 1/1.png": "Cyst",
        "Cyst/patient 2/1.png": "Cyst",
        "Normal/patient 1/1.png": "Normal",
        "Normal/patient 2/1.png": "Normal",
    },
    "patients by name below": {
        "Cyst/ada/1.png": "Cyst",
        "Cyst/ben/1.png": "Cyst",
        "Normal/cleo/1.png": "Normal",
        "Normal/dan/1.png": "Normal",
    },
    "hospitals above": {
        "East/Cyst/1.png": "Cyst",
        "East/Normal/1.png": "Normal",
        "West/Cyst/1.png": "Cyst",
        "West/Normal/1.png": "Normal",
    },
    "hospitals above, numbered patients below": {
        "East/Cyst/p1/1.png": "Cyst",
        "East/Normal/p2/1.png": "Normal",
        "West/Cyst/p1/1.png": "Cyst",
        "West/Normal/p2/1.png": "Normal",
    },
    "splits, then hospitals": {
        "train/East/Cyst/1.png": "Cyst",
        "train/East/Normal/1.png": "Normal",
        "test/West/Cyst/1.png": "Cyst",
        "test/West/Normal/1.png": "Normal",
    },
    "a class's longer name in another split": {
        "train/adenocarcinoma_left.lower.lobe_T2_N0/1.png": "adenocarcinoma",
        "train/normal/1.png": "normal",
        "test/adenocarcinoma/1.png": "adenocarcinoma",
        "test/normal/1.png": "normal",
    },
    "a longer name in the same split is another class": {
        "train/stone/1.png": "stone",
        "train/stone_small/1.png": "stone_small",
        "test/stone/1.png": "stone",
    },
    "a longer word is another class": {
        "train/cystic/1.png": "cystic",
        "train/normal/1.png": "normal",
        "test/cyst/1.png": "cyst",
    },
    "another case in another split": {
        "train/Cyst/1.png": "Cyst",
        "test/cyst/1.png": "Cyst",
        "test/Normal/1.png": "Normal",
    },
    "one class": {"Cyst/1.png": "Cyst", "Cyst/2.png": "Cyst"},
    "names in other scripts": {"囊肿/1.png": "囊肿", "Größe, \"x\"\n/1.png": "Größe, \"x\"\n"},
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(layout: str) -> None:
    assert told(list(LAYOUTS[layout])) == LAYOUTS[layout]
    assert told(list(LAYOUTS[layout])[::-1]) == LAYOUTS[layout]


def test_a_picture_beside_the_class_folders_has_no_class() -> None:
    assert told(["set/Cyst/1.png", "set/Normal/1.png", "set/cover.png", "cover.png"]) == {
        "set/Cyst/1.png": "Cyst",
        "set/Normal/1.png": "Normal",
    }


def test_no_folder_tells_nothing() -> None:
    assert told(["1.png", "2.png"]) == {}
    assert told([]) == {}


def test_the_nearest_known_folder_tells_the_class() -> None:
    known = {"tumou?": "tumor", "Normal*": "normal", "East": "east"}
    paths = ["East/TUMOUR/p/1.png", "West/normal left/1.png", "East/other/1.png", "West/other/1.png"]
    assert told(paths, known, only=True) == {
        "East/TUMOUR/p/1.png": "tumor",
        "West/normal left/1.png": "normal",
        "East/other/1.png": "east",
    }


def test_a_rule_changes_only_the_folders_it_names() -> None:
    paths = ["set/Cyst/1.png", "set/Normal/1.png", "set/scout/1.png"]
    assert told(paths, {"Normal": "healthy", "scout": None}) == {
        "set/Cyst/1.png": "Cyst",
        "set/Normal/1.png": "healthy",
    }


def test_a_rule_is_kept_as_it_was_written(tmp_path: Path) -> None:
    rule = {"Größe, \"x\"": "big", "scout": None, "b": "small"}  # fmt: skip
    classes.write(tmp_path, rule)
    assert classes.read(tmp_path) == rule


@pytest.mark.parametrize("rule", [{}, {"a": "x", "b": "x"}, {"a": "x", "b": None}, {"a": "x", "b": "  "}])
def test_a_rule_of_fewer_than_two_classes_is_refused(rule: classes.Rule, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="at least two classes"):
        classes.write(tmp_path, rule)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "damaged", [b"", b"{", b"[]", b"7", b"\xff\xfe", b'{"a": 1, "b": "x"}', json.dumps({"a": ["x"]}).encode()]
)
def test_a_damaged_rule_is_a_sentence(damaged: bytes, tmp_path: Path) -> None:
    (tmp_path / classes.FILE).write_bytes(damaged)
    with pytest.raises(DataError, match=r"class rule of .* can't be read. Mend"):
        classes.read(tmp_path)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-x", "@SUM(A1)"])
def test_a_class_is_no_formula_to_a_spreadsheet(name: str, tmp_path: Path) -> None:
    assert told([f"{name}/1.png", "Normal/1.png"])[f"{name}/1.png"] == f"_{name}"
    classes.write(tmp_path, {"a": name, "b": "Normal"})
    assert classes.read(tmp_path) == {"a": f"_{name}", "b": "Normal"}
