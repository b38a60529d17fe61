"""What a model's name stands for."""

from pathlib import Path

import pytest

from core.config.settings import Settings
from core.errors import InputError
from core.inference.reference import named, resolve
from tests.support import trainings


@pytest.fixture
def here(tmp_path: Path, tiny: Path) -> Settings:
    """Models below var, one of them at a link that leads out; a secret beside them."""
    models = tmp_path / "var" / "models"
    (models / "kidney-4" / "best").mkdir(parents=True)
    (models / ".half-made").mkdir()
    (models / "out").symlink_to(tiny)
    (tmp_path / "secret").mkdir()
    return Settings(var=tmp_path / "var", assets=tmp_path / "assets")


def test_shipped_is_in_the_assets(tmp_path: Path) -> None:
    for find in (resolve, named):
        assert find("shipped", Settings(assets=tmp_path)) == tmp_path / "model"


def test_a_bundle_goes_by_its_folder_or_its_card(tiny: Path) -> None:
    assert resolve(str(tiny), Settings()) == tiny
    assert resolve(str(tiny / "bundle.json"), Settings()) == tiny


def test_a_bundle_goes_by_its_place_below_var_models(here: Settings) -> None:
    for find in (resolve, named):
        assert find("kidney-4/best", here) == here.var.resolve() / "models" / "kidney-4" / "best"


def test_a_bundle_goes_by_the_job_that_made_it(here: Settings, tiny: Path) -> None:
    job = trainings.job(here.var, 1, result={"bundle": str(tiny)})
    assert named(job, here) == resolve(job, here) == tiny


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_job_that_made_none_says_so(here: Settings, state: str) -> None:
    job = trainings.job(here.var, 1, state, reason="It broke.")
    with pytest.raises(InputError, match=f"The job {job} has made no model: it is {state}"):
        named(job, here)


@pytest.mark.parametrize(
    "ref",
    [
        "",
        "Champion",
        "/nowhere/at/all",
        "0",
        "v",
        "v-1",
        "v1.5",
        "vv1",
        "1234567890",
        "~nobody-at-all/x",
        "x" * 5000,
        "a\0b",
    ],
)
def test_any_other_name_is_refused(ref: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No model goes by") as caught:
        resolve(ref, Settings(var=tmp_path))
    assert caught.value.code == "unknown-model"


@pytest.mark.parametrize(
    "ref",
    [
        "..", ".", "../secret", "../../secret", "kidney-4/../../../secret", "/etc", "{secret}", "~", "~root",
        "out", "out/..", ".half-made", "kidney-4/../.half-made", "..\\secret", "kidney-4\\best",
        "%2e%2e/secret", "kidney-4/best\0", "kidney-4/best\n", "file:///etc", "x" * 5000, "x/" * 200, "",
        "nothing", "//secret", "20260101-000000-000000-abcd", "../jobs",
    ],
)  # fmt: skip
def test_an_address_never_leaves_var_models(here: Settings, ref: str) -> None:
    given = ref.replace("{secret}", str(here.var.parent / "secret"))
    with pytest.raises(InputError, match="No model goes by") as caught:
        named(given, here)
    assert caught.value.code == "unknown-model"
    assert len(caught.value.sentence) < 300
