"""How long a training takes: worked by hand, kept between runs, and measured once for real."""

import time
from pathlib import Path
from typing import Any

import pytest

from core.config import params as recipes
from core.config.params import Params
from core.config.settings import Settings
from core.data import manifest
from core.data.ingest import ingest
from core.errors import DataError
from core.jobs import records, runner
from core.models.weights import WeightsError, torchvision_mobilenet_v2
from core.training import pace
from core.training.pace import Figures, Pace, Slices
from core.training.sweep import Sweep, Values
from tests.support.sets import write_set

SLICES = Slices(used=1000, learnt=600, validated=200, tested=200)
KNOWN = Figures(
    loading=10, reading=100, features=50, head=10_000, tuning={"all": 20.0, "top 2": 40.0}, epoch=0.5
)


def recipe(*changes: str) -> Params:
    return recipes.load(changes=["training.epochs=10", *changes])


def known(figures: Figures = KNOWN) -> Pace:
    return Pace(figures={"mobilenet_v2/320": figures})


def test_a_frozen_backbone_takes_features_once_and_short_epochs() -> None:
    found = pace.estimate(recipe("training.patience=0"), SLICES, known())
    assert found is not None
    # 1,000 slices, 2 copies of 600 and 200 in another contrast; 10 epochs of 600 and half a second each
    assert found.seconds == pytest.approx(
        {"loading": 10, "reading slices": 10, "features": (1000 + 1200 + 200) / 50, "head": 10 * 0.56}
    )
    assert found.total == pytest.approx(73.6)
    assert found.words == "About 74 s here: 10 s loading, 10 s reading slices, 48 s features, 6 s head"


def test_tuning_takes_its_own_epochs_and_validation() -> None:
    found = pace.estimate(recipe("training.unfreeze=all", "training.head_epochs=4"), SLICES, known())
    assert found is not None
    # 6 epochs of 600 learnt from and 200 forward only, then the features of all once more
    assert found.seconds["tuning"] == pytest.approx(6 * ((600 + 0.3 * 200) / 20 + 0.5) + 1000 / 50)
    assert found.words.startswith("At most about 5 min here: ") and found.words.endswith("4 min tuning")
    top = pace.estimate(recipe("training.unfreeze=top", "training.top_blocks=2"), SLICES, known())
    assert top is not None and top.seconds["tuning"] < found.seconds["tuning"]


def test_more_models_and_trials_take_as_many_times_and_share_features() -> None:
    several = Slices(1000, 600, 200, 200, models=6)
    one = pace.estimate(recipe("training.patience=0"), SLICES, known())
    folds = pace.estimate(recipe("training.patience=0"), several, known())
    asked: dict[str, Any] = {"trials": 20, "space": {"training.learning_rate": {"low": 1e-4, "high": 1e-2}}}
    trials = pace.estimate(recipe("training.patience=0"), SLICES, known(), Sweep.model_validate(asked))
    sizes = Sweep(trials=20, space={"model.size": Values(choices=(224, 320))}, minutes=10)
    anew = pace.estimate(recipe("training.patience=0"), SLICES, known(), sizes)
    assert one and folds and trials and anew
    assert folds.seconds["head"] == pytest.approx(6 * one.seconds["head"])
    assert folds.seconds["features"] == pytest.approx((1000 + 2000 + 200) / 50)
    assert trials.seconds["search"] == pytest.approx(20 * one.seconds["head"]) and trials.most
    assert trials.seconds["features"] == one.seconds["features"]
    # no trial begins after ten minutes; the one that has begun ends
    assert anew.seconds["search"] == pytest.approx(600 + one.seconds["head"] + one.seconds["features"])


def test_another_size_is_scaled_by_its_area_and_said_to_be_rough() -> None:
    found = pace.estimate(recipe("training.patience=0", "model.size=160"), SLICES, known())
    assert found is not None
    assert found.seconds["features"] == pytest.approx(2400 / 200)
    assert found.words.startswith("Roughly") and not found.exact


@pytest.mark.parametrize(
    "changes",
    [
        ["model.backbone=vgg16"],
        ["training.unfreeze=top", "training.top_blocks=3"],
        ["training.unfreeze=all", "training.mixed_precision=true"],
    ],
)
def test_what_was_never_measured_has_no_estimate(changes: list[str]) -> None:
    assert pace.estimate(recipe(*changes), SLICES, known()) is None
    assert pace.estimate(recipe(), SLICES, Pace()) is None


def test_a_regression_is_exact_once_one_was_fitted() -> None:
    asked = recipe("training.fit=regression")
    rough = pace.estimate(asked, SLICES, known())
    exact = pace.estimate(asked, SLICES, known(KNOWN.model_copy(update={"fit": 2.0})))
    assert rough and exact
    assert not rough.exact and "cross-validation" not in rough.seconds
    # 5 dealings and one at random of 5 folds, and the final head; 4 variants of each slice
    assert exact.seconds["cross-validation"] == pytest.approx(31 * 2.0)
    assert exact.seconds["features"] == pytest.approx(4000 / 50)


def test_what_is_learnt_stays_and_newer_figures_take_the_place_of_old_ones(tmp_path: Path) -> None:
    here = Settings(var=tmp_path / "var")
    assert pace.read(here).figures == {}
    pace.learn(here, "vgg16", 224, Figures(features=5.0, tuning={"all": 1.0}))
    pace.learn(here, "vgg16", 224, Figures(features=6.0, tuning={"top 1": 3.0}))
    pace.learn(here, "vgg16", 320, Figures(head=100.0))
    found = pace.read(here).figures
    assert found["vgg16/224"] == Figures(features=6.0, tuning={"all": 1.0, "top 1": 3.0})
    assert found["vgg16/320"].head == 100.0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"figures": {"a/1": {"features": -1}}}', "\x00" * 50])
def test_a_damaged_file_is_as_none_and_is_written_anew(tmp_path: Path, text: str) -> None:
    here = Settings(var=tmp_path)
    (tmp_path / pace.FILE).write_text(text, encoding="utf-8")
    assert pace.read(here).figures == {}
    pace.learn(here, "vgg16", 224, Figures(head=2.0))
    assert pace.read(here).figures == {"vgg16/224": Figures(head=2.0)}


def test_figures_of_another_machine_say_nothing_here(tmp_path: Path) -> None:
    here = Settings(var=tmp_path)
    pace.learn(here, "vgg16", 224, Figures(head=2.0))
    assert pace.read(here.model_copy(update={"threads": 7})).figures == {}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with a set ``small``: 2 classes of 5 people with 4 slices each."""
    place = tmp_path_factory.mktemp("pace")
    here = Settings(var=place / "var")
    ingest(write_set(place / "raw", patients=5), "small", here)
    return here


def test_slices_are_counted_as_a_run_deals_them(small: Settings) -> None:
    rows = manifest.read(small.var / "data" / "small")
    one = pace.count(rows, recipe("training.every=1"))
    assert one.used == one.learnt + one.validated + one.tested == 40 and one.models == 1
    assert (one.validated, one.tested) == (8, 8)
    assert pace.count(rows, recipe("training.every=2")).used == 20
    assert pace.count(rows, recipe("training.k_fold=true", "training.random_too=true")).models == 6
    with pytest.raises(DataError):
        pace.count([row for row in rows if row.group == rows[0].group], recipe())


@pytest.mark.tensorflow
@pytest.mark.slow
def test_a_real_measurement_gives_an_estimate(small: Settings) -> None:
    try:
        torchvision_mobilenet_v2()
    except WeightsError as error:
        pytest.skip(error.sentence)
    asked = recipe("model.start=torchvision", "model.size=64", "training.unfreeze=top", "training.every=1")
    job = runner.start(pace.WORKER, {"dataset": "small", "params": asked}, small)
    end = time.monotonic() + 200
    while not (now := records.read(job.id, small)).finished:
        assert time.monotonic() < end
        time.sleep(0.2)
    assert now.state == "succeeded", now.reason
    found = pace.estimate(
        asked, pace.count(manifest.read(small.var / "data" / "small"), asked), pace.read(small)
    )
    assert found is not None and found.exact and found.seconds["tuning"] > 0
    assert now.result["tuning"].keys() == {"top 1"}
