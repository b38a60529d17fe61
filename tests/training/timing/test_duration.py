"""How long a training takes: worked by hand."""

from pathlib import Path
from typing import Any

import pytest

from core.config import params as recipes
from core.config.params import Params
from core.config.settings import Settings
from core.data import manifest
from core.data.ingest import ingest
from core.errors import DataError
from core.training.search.sweep import Sweep, Values
from core.training.timing import duration
from core.training.timing.duration import Slices
from core.training.timing.pace import Figures, Pace
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
    found = duration.estimate(recipe("training.patience=0"), SLICES, known())
    assert found is not None
    # 1,000 slices, 2 copies of 600 and 200 in another contrast; 10 epochs of 600 and half a second each
    assert found.seconds == pytest.approx(
        {"loading": 10, "reading slices": 10, "features": (1000 + 1200 + 200) / 50, "head": 10 * 0.56}
    )
    assert found.total == pytest.approx(73.6)
    assert found.words == "About 74 s here: 10 s loading, 10 s reading slices, 48 s features, 6 s head"


def test_tuning_takes_its_own_epochs_and_validation() -> None:
    found = duration.estimate(recipe("training.unfreeze=all", "training.head_epochs=4"), SLICES, known())
    assert found is not None
    # 6 epochs of 600 learnt from and 200 forward only, then the features of all once more
    assert found.seconds["tuning"] == pytest.approx(6 * ((600 + 0.3 * 200) / 20 + 0.5) + 1000 / 50)
    assert found.words.startswith("At most about 5 min here: ") and found.words.endswith("4 min tuning")
    top = duration.estimate(recipe("training.unfreeze=top", "training.top_blocks=2"), SLICES, known())
    assert top is not None and top.seconds["tuning"] < found.seconds["tuning"]


def test_more_models_and_trials_take_as_many_times_and_share_features() -> None:
    several = Slices(1000, 600, 200, 200, models=6)
    one = duration.estimate(recipe("training.patience=0"), SLICES, known())
    folds = duration.estimate(recipe("training.patience=0"), several, known())
    asked: dict[str, Any] = {"trials": 20, "space": {"training.learning_rate": {"low": 1e-4, "high": 1e-2}}}
    trials = duration.estimate(recipe("training.patience=0"), SLICES, known(), Sweep.model_validate(asked))
    sizes = Sweep(trials=20, space={"model.size": Values(choices=(224, 320))}, minutes=10)
    anew = duration.estimate(recipe("training.patience=0"), SLICES, known(), sizes)
    assert one and folds and trials and anew
    assert folds.seconds["head"] == pytest.approx(6 * one.seconds["head"])
    assert folds.seconds["features"] == pytest.approx((1000 + 2000 + 200) / 50)
    assert trials.seconds["search"] == pytest.approx(20 * one.seconds["head"]) and trials.most
    assert trials.seconds["features"] == one.seconds["features"]
    # no trial begins after ten minutes; the one that has begun ends
    assert anew.seconds["search"] == pytest.approx(600 + one.seconds["head"] + one.seconds["features"])


def test_another_size_is_scaled_by_its_area_and_said_to_be_rough() -> None:
    found = duration.estimate(recipe("training.patience=0", "model.size=160"), SLICES, known())
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
    assert duration.estimate(recipe(*changes), SLICES, known()) is None
    assert duration.estimate(recipe(), SLICES, Pace()) is None


def test_a_regression_is_counted_whole_once_one_was_timed() -> None:
    asked = recipe("training.fit=regression")
    rough = duration.estimate(asked, SLICES, known())
    exact = duration.estimate(asked, SLICES, known(KNOWN.model_copy(update={"fit": 2.0})))
    assert rough and exact
    assert "cross-validation" not in rough.seconds
    assert rough.words.endswith("; cross-validation comes on top, never timed here so far")
    assert exact.words.endswith("62 s cross-validation")
    # 5 dealings and one at random of 5 folds, and the final head; 4 variants of each slice
    assert exact.seconds["cross-validation"] == pytest.approx(31 * 2.0)
    assert exact.seconds["features"] == pytest.approx(4000 / 50)


def test_slices_are_counted_as_a_run_deals_them(tmp_path: Path) -> None:
    here = Settings(var=tmp_path / "var")
    rows = manifest.read(ingest(write_set(tmp_path / "raw", patients=5), "small", here))
    one = duration.count(rows, recipe("training.every=1"))
    assert one.used == one.learnt + one.validated + one.tested == 40 and one.models == 1
    assert (one.validated, one.tested) == (8, 8)
    assert duration.count(rows, recipe("training.every=2")).used == 20
    assert duration.count(rows, recipe("training.k_fold=true", "training.random_too=true")).models == 6
    with pytest.raises(DataError):
        duration.count([row for row in rows if row.group == rows[0].group], recipe())
