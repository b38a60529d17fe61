from dataclasses import replace
from pathlib import Path

import pytest

from core.data import manifest
from core.data.manifest import Row
from core.errors import DataError
from core.training import same_data

ROWS = [
    Row(f"images/a/{number}.png", "Cyst", f"{number:064x}", 9, 9, "s", "g", "axial", "", "0")
    for number in range(3)
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    folder.mkdir()
    manifest.write(folder, ROWS)
    return folder


def test_a_run_with_the_same_data_is_taken_up_again(data: Path, tmp_path: Path) -> None:
    same_data.see(tmp_path, data, begun=False)
    same_data.see(tmp_path, data, begun=True)
    assert (tmp_path / same_data.FILE).is_file()


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([replace(ROWS[0], label="Stone"), *ROWS[1:]], id="another class"),
        pytest.param([replace(ROWS[0], split="1"), *ROWS[1:]], id="another fold"),
        pytest.param([replace(ROWS[0], group="h"), *ROWS[1:]], id="another patient"),
        pytest.param([replace(ROWS[0], sha256="f" * 64), *ROWS[1:]], id="another picture"),
        pytest.param(ROWS[1:], id="a slice less"),
    ],
)
def test_what_was_learnt_from_other_data_is_not_mixed_in(data: Path, tmp_path: Path, rows: list[Row]) -> None:
    same_data.see(tmp_path, data, begun=False)
    manifest.write(data, rows)
    for _ in range(2):
        with pytest.raises(DataError, match=r"small was changed since this run began.*Start a new run"):
            same_data.see(tmp_path, data, begun=True)
    manifest.write(data, ROWS)
    same_data.see(tmp_path, data, begun=True)


def test_before_anything_is_learnt_the_data_may_change(data: Path, tmp_path: Path) -> None:
    same_data.see(tmp_path, data, begun=False)
    manifest.write(data, ROWS[1:])
    same_data.see(tmp_path, data, begun=False)
    same_data.see(tmp_path, data, begun=True)
    manifest.write(data, ROWS)
    with pytest.raises(DataError):
        same_data.see(tmp_path, data, begun=True)


def test_a_run_of_an_earlier_version_notes_what_it_finds(data: Path, tmp_path: Path) -> None:
    same_data.see(tmp_path, data, begun=True)
    manifest.write(data, ROWS[1:])
    with pytest.raises(DataError):
        same_data.see(tmp_path, data, begun=True)
