"""How many jobs of a queue run at once, whatever their settings say and however they were started."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from core.config.settings import ROOT, Settings
from core.jobs import records, runner, slots
from core.jobs.job import Job
from tests.jobs.conftest import WORKER, Q, one_after_the_other, until

Started = Callable[..., Job]


def test_fewer_slots_than_before_are_kept_to(
    settings: Settings, started: Started, at: Started, waits: Started, ended: Started, tmp_path: Path
) -> None:
    two = settings.model_copy(update={"slots": 2})
    request = {"do": "sleep", "trace": str(tmp_path / "trace")}
    pair = [at(runner.start(WORKER, request, two, Q), "Sleep") for _ in range(2)]
    third = waits(started("succeed", Q), 2)
    runner.cancel(pair[0].id, settings)
    waits(third, 1)
    time.sleep(3 * slots.EVERY_S)
    assert records.read(third.id, settings).state == "queued"
    runner.cancel(pair[1].id, settings)
    assert ended(third).state == "succeeded"


def test_more_slots_than_before_count_for_who_starts_now(
    settings: Settings, busy: Job, at: Started, tmp_path: Path
) -> None:
    more = settings.model_copy(update={"slots": 3})
    request = {"do": "sleep", "trace": str(tmp_path / "trace")}
    for _ in range(2):
        at(runner.start(WORKER, request, more, Q), "Sleep")
    assert records.read(busy.id, settings).state == "running"


def test_twenty_jobs_of_four_starters_on_two_slots(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path / "var", slots=2)
    trace = tmp_path / "trace"
    script = (
        "import sys\nfrom pathlib import Path\nfrom core.config.settings import Settings\n"
        "from core.jobs import runner\n"
        f"here = Settings(var=Path({str(settings.var)!r}), slots=2)\n"
        f"request = {{'do': 'take_turns', 'trace': {str(trace)!r}, 'seconds': 0.1}}\n"
        f"for _ in range(5): runner.start('{WORKER}', request, here, '{Q}')"
    )
    starters = [subprocess.Popen([sys.executable, "-c", script], cwd=ROOT) for _ in range(4)]
    assert [starter.wait(30) for starter in starters] == [0, 0, 0, 0]
    jobs = until(
        lambda: records.listing(settings),
        lambda now: len(now) == 20 and all(one.finished for one in now),
        60.0,
    )
    assert {job.state for job in jobs} == {"succeeded"}
    at_work, most = 0, 0
    for line in trace.read_text().splitlines():
        at_work += 1 if line[0] == "+" else -1
        most = max(most, at_work)
    assert most <= 2
    assert len(one_after_the_other(trace)) == 20
    by_start = sorted(jobs, key=lambda job: job.started or 0)
    assert [job.id for job in by_start] == sorted(job.id for job in jobs)
