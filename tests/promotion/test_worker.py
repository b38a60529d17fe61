"""The gate as a job: a real worker with Keras, from the registry to a gate that a person reads."""

import time
from pathlib import Path

import pytest

from core.config.settings import Settings
from core.jobs import records, runner
from core.jobs.job import Job
from core.models.bundle import KERAS, load, write_card
from core.promotion import promote as promotion
from core.promotion.gate import WORKER, parse
from core.tracking.registry.registry import Registry
from tests.promotion.conftest import line
from tests.support import candidates
from tests.tracking.registry.conftest import logged

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def there(three: Settings, tiny: Path, tmp_path: Path) -> Settings:
    """A registry, a shipped model and a set that it answers rightly."""
    candidates.write(three, tiny)
    shipped = candidates.variant(tiny, tmp_path / "shipped", version="shipped")
    return three.model_copy(update={"assets": candidates.assets(tmp_path / "assets", shipped)})


def ended(job: Job, settings: Settings) -> Job:
    end = time.monotonic() + 200
    while not (now := records.read(job.id, settings)).finished and time.monotonic() < end:
        time.sleep(0.1)
    return now


def test_a_run_is_measured_and_promoted_by_its_gate(there: Settings, tiny: Path, tmp_path: Path) -> None:
    run = logged(there, candidates.variant(tiny, tmp_path / "better", version="better"), "better")
    done = ended(promotion.measure(run, there), there)
    assert (done.state, done.reason, done.queue) == ("succeeded", "", "")
    gate = parse(done.result["gate"])
    assert gate.met, gate.missed
    assert (gate.slices, gate.champion_name) == (32, "shipped")
    assert "Keras and LiteRT differ by" in line(gate, "parity").sentence
    phases = [one["phase"] for one in records.events(done.id, there) if "phase" in one]
    assert phases[0] == "fetching the bundle" and "asking both" in phases
    assert promotion.promote(run, gate, "Ada", "", there).version == done.result["version"] == "4"


@pytest.mark.long
def test_an_export_of_another_model_is_found(there: Settings, tiny: Path, tmp_path: Path) -> None:
    """Sealed again with Keras's file cut short: the digests are right, the model isn't."""
    other = candidates.variant(tiny, tmp_path / "other", version="other")
    (other / KERAS).write_bytes((other / KERAS).read_bytes()[:2_000])
    write_card(other, load(tiny).card.model_copy(update={"version": "other", "metrics": candidates.GROUPED}))
    done = ended(promotion.measure(logged(there, other, "other"), there), there)
    parity = line(parse(done.result["gate"]), "parity")
    assert parity.met is False and "can't be loaded" in parity.sentence


@pytest.mark.long
def test_a_measurement_can_be_stopped(there: Settings) -> None:
    job = promotion.measure(Registry(there).version("v1"), there)
    assert runner.cancel(job.id, there).state == "cancelled"
    assert "gate" not in records.read(job.id, there).result


@pytest.mark.parametrize("request_", [{}, {"version": "1", "digest": "../../etc"}, {"version": 1, "more": 2}])
@pytest.mark.long
def test_a_request_that_means_nothing_fails_with_a_sentence(there: Settings, request_: dict) -> None:
    done = ended(runner.start(WORKER, request_, there), there)
    assert done.state == "failed" and done.reason.startswith("This can't be measured")
