"""How fast this machine trains: kept between runs, and measured once for real."""

import time
from pathlib import Path

import pytest

from core.config.params import load
from core.config.settings import Settings
from core.data import manifest
from core.data.ingest import ingest
from core.jobs import records, runner
from core.models.weights import WeightsError, torchvision_mobilenet_v2
from core.training.timing import duration, pace
from core.training.timing.pace import Figures
from tests.support.sets import write_set


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


@pytest.mark.tensorflow
@pytest.mark.slow
@pytest.mark.long
def test_a_real_measurement_gives_an_estimate(small: Settings) -> None:
    try:
        torchvision_mobilenet_v2()
    except WeightsError as error:
        pytest.skip(error.sentence)
    changes = ["model.start=torchvision", "model.size=64", "training.unfreeze=top", "training.every=1"]
    asked = load(changes=changes)
    job = runner.start(pace.WORKER, {"dataset": "small", "params": asked}, small)
    end = time.monotonic() + 200
    while not (now := records.read(job.id, small)).finished:
        assert time.monotonic() < end
        time.sleep(0.2)
    assert now.state == "succeeded", now.reason
    slices = duration.count(manifest.read(small.var / "data" / "small"), asked)
    found = duration.estimate(asked, slices, pace.read(small))
    assert found is not None and found.exact and found.seconds["tuning"] > 0
    assert now.result["tuning"].keys() == {"top 1"}
