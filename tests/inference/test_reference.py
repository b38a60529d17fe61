"""What a model's name stands for."""

from pathlib import Path

import pytest

from core.config.settings import Settings
from core.errors import InputError
from core.inference.reference import resolve


def test_shipped_is_in_the_assets(tmp_path: Path) -> None:
    assert resolve("shipped", Settings(assets=tmp_path)) == tmp_path / "model"


def test_a_bundle_goes_by_its_folder_or_its_card(tiny: Path) -> None:
    assert resolve(str(tiny), Settings()) == tiny
    assert resolve(str(tiny / "bundle.json"), Settings()) == tiny


@pytest.mark.parametrize("ref", ["", "champion", "/nowhere/at/all", "7"])
def test_any_other_name_is_refused(ref: str) -> None:
    with pytest.raises(InputError, match="No model goes by") as caught:
        resolve(ref, Settings())
    assert caught.value.code == "unknown-model"
