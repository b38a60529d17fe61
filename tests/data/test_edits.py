from pathlib import Path

import pytest

from core.config.settings import Settings
from core.data import catalog, classes, edits
from core.data.edits import Edits
from core.data.ingest import ingest
from core.errors import DataError
from tests.support.sets import write_set


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return ingest(write_set(tmp_path / "raw"), "mine", Settings(var=tmp_path / "var"))


@pytest.fixture
def path(data: Path) -> str:
    return catalog.read(data)[0].path


def labels(data: Path) -> dict[str, str]:
    return {one.path: label for one, label in edits.labelled(data)}


def pixels(data: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in (data / "images").rglob("*") if file.is_file()}


def test_a_slice_is_relabelled_and_taken_back(data: Path, path: str) -> None:
    before, untouched = labels(data), pixels(data)
    assert before[path] == "Cyst"
    edits.relabel(data, path, "Normal")
    assert labels(data) == {**before, path: "Normal"}
    edits.undo(data, path)
    assert labels(data) == before
    assert edits.read(data) == Edits()
    assert pixels(data) == untouched


def test_its_own_class_again_is_no_edit(data: Path, path: str) -> None:
    edits.relabel(data, path, "Normal")
    edits.relabel(data, path, "Cyst")
    assert edits.read(data) == Edits()


def test_a_slice_is_left_out_and_comes_back(data: Path, path: str) -> None:
    before = labels(data)
    edits.exclude(data, path)
    edits.exclude(data, path)
    assert labels(data) == {name: label for name, label in before.items() if name != path}
    assert edits.read(data).excluded == (path,)
    edits.undo(data, path)
    assert labels(data) == before


def test_the_class_rule_is_behind_them(data: Path, path: str) -> None:
    edits.relabel(data, path, "Normal")
    classes.write(data, {"Cyst": "lesion", "Normal": "Normal"})
    assert labels(data)[path] == "Normal"
    assert sorted(set(labels(data).values())) == ["Normal", "lesion"]


def test_a_folder_without_a_class_is_out(tmp_path: Path) -> None:
    raw = write_set(tmp_path / "raw", classes=("Cyst", "Normal", "scout"))
    data = ingest(raw, "mine", Settings(var=tmp_path / "var"), rule={"scout": None})
    assert sorted(set(labels(data).values())) == ["Cyst", "Normal"]
    assert len(catalog.read_left_out(data)) == 12


@pytest.mark.parametrize(
    "rule", [{}, {"Cyst": "a"}, {"Cyst": "a", "Normal": "a"}, {"Cyst": None, "Normal": " "}]
)
def test_a_rule_without_two_classes_is_refused(rule: dict[str, str | None], data: Path) -> None:
    before = classes.read(data)
    with pytest.raises(DataError, match="at least two classes"):
        classes.write(data, rule)
    assert classes.read(data) == before


def test_an_unknown_class_or_slice_is_refused(data: Path, path: str) -> None:
    with pytest.raises(DataError, match=r'There is no class "Stone" here\. Use one of: Cyst, Normal'):
        edits.relabel(data, path, "Stone")
    for change in (edits.exclude, edits.undo):
        with pytest.raises(DataError, match=r"has no slice images/nothing\.png"):
            change(data, "images/nothing.png")
    assert edits.read(data) == Edits()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"labels": 3}', '{"other": {}}'])
def test_damaged_edits_are_a_sentence(text: str, data: Path) -> None:
    (data / edits.FILE).write_text(text)
    with pytest.raises(DataError, match="The edits of mine can't be read"):
        edits.labelled(data)


def test_a_class_that_is_gone_takes_no_slice_along(data: Path, path: str) -> None:
    classes.write(data, {"Cyst": "Cyst", "Normal": "Graft"})
    edits.relabel(data, path, "Graft")
    assert labels(data)[path] == "Graft"
    classes.write(data, {"Cyst": "Cyst", "Normal": "Normal"})
    assert labels(data)[path] == "Cyst"
