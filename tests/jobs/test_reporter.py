"""A worker's side, in this process: what it writes while it works, and what it survives."""

import json
import logging
import math
import signal
import time
from pathlib import Path

import pytest

from core.config.settings import Settings
from core.errors import DataError, StudioError
from core.jobs import liveness, process, records, reporter
from core.jobs.job import Job, State
from core.jobs.reporter import Cancelled, Reporter

ID = "20260101-120000-000001-00ff"


@pytest.fixture
def place(settings: Settings) -> Path:
    place = settings.var / "jobs" / ID
    place.mkdir(parents=True)
    records.keep(place, Job(id=ID, worker="w", machine=process.here(), pulse=time.monotonic()))
    return place


def test_it_takes_the_job_up_and_gives_it_back(place: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Reporter(place) as report:
        now = records.stored(place)
        assert now.state == "running"
        assert process.lives(now.pid or 0, now.birth)
        assert now.heartbeat == pytest.approx(time.time(), abs=2)
        assert signal.getsignal(signal.SIGTERM) != before
        report.done({"path": Path("a/b"), "count": 3})
    assert report.exit_code == 0
    assert records.stored(place) == report.job
    assert report.job.result == {"path": "a/b", "count": 3}
    assert signal.getsignal(signal.SIGTERM) == before
    assert not (place / records.RESERVE).exists()


def test_progress_is_written_at_most_twice_a_second_but_a_new_phase_at_once(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    keep = records.keep
    monkeypatch.setattr(records, "keep", lambda at, job: (written.append(job.share), keep(at, job))[1])
    with Reporter(place) as report:
        report("Read", 0.0)
        for step in range(2000):
            report("Read", step / 4000)
        many = len(written)
        report("Group", 0.5, "twins")
        assert len(written) == many + 1
        assert records.stored(place).words == "twins"
        time.sleep(0.55)
        report("Group", 0.75)
        assert records.stored(place).share == 0.75
    assert many < 10
    assert [event["phase"] for event in _events(place) if "phase" in event] == ["Read", "Group"]


@pytest.mark.parametrize(
    ("share", "kept"), [(-1.0, 0.0), (0.4, 0.4), (1.5, 1.0), (math.nan, 0.25), (math.inf, 1.0)]
)
def test_a_share_stays_a_share(place: Path, share: float, kept: float) -> None:
    with Reporter(place) as report:
        report("a", 0.25)
        report("b", share)
        assert records.stored(place).share == kept


def test_a_part_counts_within_the_whole(place: Path) -> None:
    with Reporter(place) as report:
        tell = report.part(0.2, 0.6)
        tell("load: 3 MB of 6 MB: slow", 0.5)
        now = records.stored(place)
        assert (now.phase, now.words, now.share) == ("load", "3 MB of 6 MB: slow", pytest.approx(0.4))


def test_the_heart_beats_while_the_worker_is_busy(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liveness, "EVERY_S", 0.05)
    with Reporter(place):
        first = liveness.last_beat(place)
        time.sleep(0.3)
        last = liveness.last_beat(place)
        assert first
        assert last
        assert last.pulse - first.pulse >= 0.15
        assert records.stored(place).pulse >= last.pulse
    time.sleep(0.1)
    over = liveness.last_beat(place)
    time.sleep(0.2)
    assert liveness.last_beat(place) == over


@pytest.mark.parametrize("state", ["succeeded", "failed", "cancelled"])
def test_a_job_that_is_over_is_not_done_again(place: Path, state: State) -> None:
    records.keep(place, records.stored(place).model_copy(update={"state": state}))
    with pytest.raises(StudioError, match=f"is over \\({state}\\)"), Reporter(place):
        pytest.fail("the job was taken up")
    assert records.stored(place).state == state


def test_nobody_takes_up_what_another_has(place: Path) -> None:
    with Reporter(place):
        with pytest.raises(StudioError, match="has a worker already"), Reporter(place):
            pytest.fail("the job was taken up twice")
        assert records.stored(place).state == "running"


def test_cancelled_comes_out_of_a_report_too(place: Path) -> None:
    """Where a library swallowed the first one."""
    with Reporter(place) as report:
        try:
            signal.raise_signal(signal.SIGTERM)
            pytest.fail("nothing was raised")
        except Cancelled:
            pass
        signal.raise_signal(signal.SIGTERM)  # a second one doesn't cut the clean-up short
        report("on", 0.5)
        pytest.fail("the report went through")
    assert report.job.state == "cancelled"
    assert report.exit_code == 1


@pytest.mark.parametrize("error", [DataError("No slices. Add some."), KeyboardInterrupt(), SystemExit(0)])
def test_whatever_leaves_the_block_is_no_success(place: Path, error: BaseException) -> None:
    with Reporter(place) as report:
        raise error
    assert report.job.state == "failed"
    assert report.job.reason
    assert records.stored(place).state == "failed"


def test_a_result_that_json_has_no_word_for_is_a_failure_not_a_lost_job(place: Path) -> None:
    with Reporter(place) as report:
        report.done({"bad": object()})
    assert report.job.state == "failed"
    assert "unexpected" in report.job.reason


def test_an_event_follows_a_torn_line_on_a_line_of_its_own(place: Path) -> None:
    (place / records.EVENTS).write_text('{"at": 1, "epoch": 1}\n{"at": 2, "ep')
    with Reporter(place) as report:
        report.event(epoch=2, loss=0.5)
    assert [event["epoch"] for event in _events(place) if "epoch" in event] == [1, 2]


def test_a_worker_started_by_hand_without_a_job_says_what_it_wants(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    for arguments in ([], ["a", "b"], [str(tmp_path)], [str(tmp_path / "nothing")]):
        with caplog.at_level(logging.ERROR):
            caplog.clear()
            assert reporter.run(arguments, lambda report: {}) == 2
        assert "takes one argument: a job's folder" in caplog.text


def _events(place: Path) -> list[dict[str, object]]:
    found = []
    for line in (place / records.EVENTS).read_text().splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found
