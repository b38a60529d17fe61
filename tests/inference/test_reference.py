"""What a model's name stands for."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core.config.settings import Settings, settings
from core.errors import InputError
from core.inference.reference import named, resolve
from core.models.bundle import LITERT, load
from core.tracking.registry import in_use
from core.tracking.registry.in_use import Place
from tests.support import trainings
from tests.support.promoted import promote, shelved
from tests.support.scans import body, png


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


@pytest.fixture
def promoted(tmp_path: Path, tiny: Path) -> tuple[Settings, Place, Place]:
    """v3 is the champion and v4 the challenger."""
    here = Settings(var=tmp_path / "var", assets=tmp_path / "assets")
    champion, challenger = (shelved(tiny, here, name) for name in ("v3", "v4"))
    promote(champion, here)
    promote(challenger, here, "challenger")
    return here, champion, challenger


@pytest.mark.parametrize("find", [resolve, named])
def test_a_registered_bundle_goes_by_its_alias_and_its_number(
    promoted: tuple[Settings, Place, Place], find: Callable[[str, Settings], Path]
) -> None:
    here, champion, challenger = promoted
    for ref in ("champion", "v3", "3", "v03", "in-use"):
        assert find(ref, here) == Path(champion.folder)
    for ref in ("challenger", "v4", "4"):
        assert find(ref, here) == Path(challenger.folder)
    promote(None, here)
    assert find("in-use", here) == find("shipped", here) == here.shipped_bundle


@pytest.mark.parametrize("find", [resolve, named])
@pytest.mark.parametrize("ref", ["champion", "challenger", "v7", "12"])
def test_where_nothing_is_registered_that_is_said_and_no_database_is_made(
    tmp_path: Path, find: Callable[[str, Settings], Path], ref: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(InputError, match="There is no") as caught:
        find(ref, Settings(var=tmp_path))
    assert caught.value.code == "unknown-model"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_called_like_the_champion_goes_by_a_path(
    promoted: tuple[Settings, Place, Place], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "champion").mkdir()
    monkeypatch.chdir(tmp_path)
    assert resolve("champion", promoted[0]) == Path(promoted[1].folder)
    assert resolve("./champion", promoted[0]) == Path("champion")


def test_a_note_that_nobody_can_read_is_said_to_who_asks_for_the_champion(
    promoted: tuple[Settings, Place, Place],
) -> None:
    (in_use.shelf(promoted[0]) / in_use.FILE).write_text("{")
    with pytest.raises(InputError, match=r"in_use\.json, can't be read"):
        named("champion", promoted[0])


def test_the_command_line_says_that_the_champion_is_damaged_and_answers_nothing(
    promoted: tuple[Settings, Place, Place],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from core.__main__ import main

    monkeypatch.setenv("KCS_VAR", str(promoted[0].var))
    settings.cache_clear()
    try:
        (tmp_path / "s.png").write_bytes(png(body(seed=1)))
        arguments = ["predict", str(tmp_path / "s.png"), "--json", "--model"]
        assert main([*arguments, "champion"]) == 0
        assert json.loads(capsys.readouterr().out)["model"]["digest"] == promoted[1].digest
        (Path(promoted[1].folder) / LITERT).write_bytes(b"x")
        assert main([*arguments, "champion"]) == 1
        said = capsys.readouterr()
        assert "is damaged: model.tflite" in said.err and not said.out and "Traceback" not in said.err
        assert main([*arguments, "challenger"]) == 0
    finally:
        settings.cache_clear()


@pytest.mark.long
def test_a_version_that_is_not_here_is_fetched_for_the_command_line_alone(
    tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.tracking.registry.registry import Registry
    from tests.tracking.registry.conftest import logged

    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    here = Settings(var=tmp_path / "var")
    version = Registry(here).register(logged(here, tiny, "a run"))
    folder = in_use.shelf(here) / version.digest
    assert named("v1", here) == folder
    shutil.rmtree(folder)
    with pytest.raises(InputError, match="v1 is registered, but its bundle is not on this machine") as caught:
        named("v1", here)
    assert caught.value.code == "not-here"
    assert load(resolve("v1", here)).digest == version.digest
    for find in (named, resolve):
        with pytest.raises(InputError, match='no registered version "v9"'):
            find("v9", here)
        with pytest.raises(InputError):
            find("champion", here)
