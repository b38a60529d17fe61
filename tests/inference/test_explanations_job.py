"""A model's explanations measured as a job: a real worker, from the button to what is kept."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.config.settings import Settings
from core.explain import kept
from core.explain.faithfulness.checked import Sanity
from core.explain.faithfulness.usual import QUICK
from core.explain.localisation import keeping
from core.inference import explanations_job
from core.jobs import records, runner
from core.jobs.job import Job
from core.models.bundle import CARD, Bundle, load


@pytest.fixture
def bundle(copied: Callable[[], Path]) -> Bundle:
    return load(copied())


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path / "var", shared_data=tmp_path / "none")


def ended(job: Job, here: Settings) -> Job:
    end = time.monotonic() + 280
    while not (now := records.read(job.id, here)).finished and time.monotonic() < end:
        time.sleep(0.1)
    return now


def test_another_model_in_the_folder_is_not_measured(bundle: Bundle, here: Settings) -> None:
    request = {"bundle": str(bundle.path), "digest": "0" * 64}
    done = ended(runner.start(explanations_job.WORKER, request, here, explanations_job.QUEUE), here)
    assert done.state == "failed"
    assert done.reason == "Another model lies in bundle by now. Measure that one instead."
    assert kept.read(bundle, here) == {}


def test_a_model_is_measured_once_at_a_time_and_can_be_stopped(bundle: Bundle, here: Settings) -> None:
    assert explanations_job.newest(bundle, here) is None
    job = explanations_job.start(bundle, here)
    assert explanations_job.start(bundle, here).id == job.id
    runner.cancel(job.id, here)
    assert (newest := explanations_job.newest(bundle, here)) and newest.state == "cancelled"
    assert set(kept.read(bundle, here)) <= {kept.OUTSIDE, kept.LOCALISATION, kept.SANITY}
    assert load(bundle.path).digest == bundle.digest


@pytest.mark.long
@pytest.mark.tensorflow
def test_what_comes_out_is_kept_with_the_model(bundle: Bundle, here: Settings) -> None:
    card = (bundle.path / CARD).read_bytes()
    request = {"bundle": str(bundle.path), "digest": bundle.digest, "slices": 1}
    done = ended(runner.start(explanations_job.WORKER, request, here, explanations_job.QUEUE), here)
    assert (done.state, done.reason, done.result) == ("succeeded", "", {"failures": []})
    found = kept.read(bundle, here)
    looks, checked = keeping.read(found), Sanity.from_json(found[kept.SANITY])
    assert {row.method for row in looks.rows} == set(QUICK)
    assert {row.method for row in looks.outside} == {"closed-form", "grad-cam"}
    assert checked and set(checked.methods) == set(QUICK)
    assert (bundle.path / CARD).read_bytes() == card, "the model itself is untouched"
