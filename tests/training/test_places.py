from pathlib import Path

import pytest

from core.models.bundle import CARD
from core.training import places


def test_a_new_an_empty_and_a_bundles_folder_can_be_written(tmp_path: Path) -> None:
    empty, bundle = tmp_path / "empty", tmp_path / "bundle"
    empty.mkdir()
    bundle.mkdir()
    (bundle / CARD).write_text("{}")
    for out in (empty, bundle, tmp_path / "new", tmp_path / "new" / "deeper" / "still"):
        assert places.refusals(out) == [], out


@pytest.mark.parametrize("name", ["docs", "docs/letter.txt"])
def test_what_is_no_bundle_is_never_replaced(tmp_path: Path, name: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "letter.txt").write_text("precious")
    (reason,) = places.refusals(tmp_path / name)
    assert "is no model bundle" in reason and str(tmp_path / name) in reason


def test_below_a_file_there_is_no_place(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("precious")
    (reason,) = places.refusals(tmp_path / "letter.txt" / "model")
    assert "letter.txt can't be written to" in reason
