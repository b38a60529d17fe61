"""What stands in the way of a training is said at once, before anything starts."""

from pathlib import Path

import pytest

from core.config import params
from core.config.settings import Settings
from core.errors import InputError, SettingsError
from core.jobs import records
from core.training import runner


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path / "var")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["model.size=65", "model.backbone=foo"], ["model.size", 'no backbone "foo"', "no data set nope"]),
        (["model.size=65", "model.start=bar"], ["model.size", 'The start "bar"', "no data set nope"]),
        (["training.epochs=0", "training.nothing=1"], ["training.epochs", "training.nothing", "set nope"]),
        (
            ["training.epochs=0", "training.mixup=1", "training.balance=weights"],
            ["training.epochs", "training.mixup blends", "no data set nope"],
        ),
    ],
)
def test_wrong_parameters_hide_nothing_else(here: Settings, changes: list[str], said: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        runner.recipe("nope", lambda: params.load(changes=changes), here)
    for one in said:
        assert one in caught.value.sentence


def test_parameters_that_work_come_as_they_are(here: Settings) -> None:
    found = runner.recipe("nope", lambda: params.load(changes=["training.seed=7"]), here)
    assert found.training.seed == 7


def test_all_that_is_wrong_with_a_run_is_said_and_none_starts(here: Settings, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("precious")
    sweep = {"trials": 0, "space": {"data.name": {"choices": ["a"]}}}
    chosen = params.load(changes=["model.backbone=foo"])
    with pytest.raises(InputError) as caught:
        runner.start("nope", chosen, here, out=tmp_path, title="x" * 300, sweep=sweep)
    for one in ('backbone "foo"', "no data set nope", "is no model bundle", "title", "sweep.trials"):
        assert one in caught.value.sentence
    assert (tmp_path / "letter.txt").read_text() == "precious"
    assert records.listing(here) == []
