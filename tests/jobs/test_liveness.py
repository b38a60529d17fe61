"""Whether a job lives that another container, machine or boot has, or that nobody has."""

import os
import time

import pytest

from core.config.settings import Settings
from core.jobs import liveness, process, records
from tests.jobs.conftest import ID, write


def elsewhere(*, node: str = "", boot: str = "", names: str = "") -> str:
    own = process.here().split("/")
    return "/".join(new or old for new, old in zip((node, boot, names), own, strict=True))


def test_in_another_container_the_heartbeat_alone_counts(settings: Settings) -> None:
    place = write(settings, pid=1, birth="1", machine=elsewhere(node="other", names="pid:[1]"), beat=14.0)
    # its node has another name, but the kernel and so the monotonic clock are ours
    assert records.read(ID, settings).state == "running"
    pulse = time.monotonic() - 15.5
    (place / liveness.FILE).write_text(f"{pulse:020.3f} {time.time():020.3f}\n")
    assert records.read(ID, settings).state == "failed"


def test_after_a_reboot_nothing_of_before_runs(settings: Settings) -> None:
    write(settings, pid=os.getpid(), birth="1", machine=elsewhere(boot="before"), beat=0.0)
    found = records.read(ID, settings)
    assert found.state == "failed"
    assert "its machine was restarted" in found.reason


def test_on_another_machine_a_pulse_that_stands_still_is_death(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = write(settings, pid=7, birth="1", machine="other/boot/names", pulse=5.0)
    assert records.read(ID, settings).state == "running"
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 10)
    assert records.read(ID, settings).state == "running"
    (place / liveness.FILE).write_text(f"{6.0:020.3f} {time.time():020.3f}\n")
    monkeypatch.setattr(time, "monotonic", lambda: now + 20)
    assert records.read(ID, settings).state == "running"
    monkeypatch.setattr(time, "monotonic", lambda: now + 36)
    assert records.read(ID, settings).state == "failed"


def test_what_another_machine_left_long_ago_is_over_at_the_first_look(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for the command line, which looks once."""
    monkeypatch.setattr(liveness, "_watched", {})
    write(settings, pid=7, birth="1", machine="other/boot/names", pulse=5.0, heartbeat=time.time() - 400)
    found = records.read(ID, settings)
    assert found.state == "failed"
    assert "nothing is heard of it any more" in found.reason


def test_a_job_that_never_got_a_process_fails_in_the_end(settings: Settings) -> None:
    place = write(settings, state="queued", beat=liveness.START_S - 5)
    assert records.read(ID, settings).state == "queued"
    pulse = time.monotonic() - liveness.START_S - 1
    (place / liveness.FILE).write_text(f"{pulse:020.3f} {time.time():020.3f}\n")
    found = records.read(ID, settings)
    assert (found.state, "it never started" in found.reason) == ("failed", True)
