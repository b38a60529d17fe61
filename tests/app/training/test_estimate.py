"""How long a run takes here, before it starts."""

import time

from core.config.settings import settings
from core.jobs import records, runner
from core.training.timing import pace
from core.training.timing.pace import Figures
from tests.app.conftest import Studio
from tests.app.training.test_form import put

KNOWN = Figures(loading=10.0, reading=100.0, features=1.0, head=1e6)


def words(page: Studio) -> str:
    return "".join(one.value for one in page.at.get("html") if 'class="tr-form-words"' in one.value)


def measure_buttons(page: Studio) -> list[str]:
    return [one.label for one in page.at.button if one.key == "tr-form-measure"]


def test_the_time_is_said_once_this_machine_is_known(train: Studio) -> None:
    assert not words(train)
    assert measure_buttons(train) == ["Measure this machine (under a minute)"]
    pace.learn(settings(), "mobilenet_v2", 320, KNOWN)
    train.at.run()
    assert "At most about" in words(train.sound()) and not measure_buttons(train)
    put(train, patience=0)
    assert ">About" in words(train)
    put(train, model__size=640)
    assert ">Roughly" in words(train)
    put(train, unfreeze="all")  # nobody has measured that
    assert measure_buttons(train) and not words(train)


def test_a_measurement_is_a_job_whose_end_the_page_notices(train: Studio) -> None:
    train.at.button(key="tr-form-measure").click().run()
    (job,) = records.listing(settings())
    assert (job.worker, job.request["dataset"]) == (pace.WORKER, "mine")
    assert "Measuring: " in words(train.sound()) and not measure_buttons(train)
    runner.cancel(job.id, settings(), grace=0.0)
    end = time.monotonic() + 10
    while "Measuring" in words(train):
        assert time.monotonic() < end
        train.at.run()
    assert measure_buttons(train.sound())


def test_what_can_not_be_trained_has_no_time(train: Studio) -> None:
    pace.learn(settings(), "mobilenet_v2", 320, KNOWN)
    put(train, mixup=0.4)
    assert not measure_buttons(train) and "here" not in words(train)
