import time

import pytest

from core.config.settings import Settings
from core.jobs import cleaning, process, records
from core.jobs.job import Job, State

DAY = 86_400.0


def kept(settings: Settings, number: int, state: State, days: float, ended: bool = True) -> Job:
    place = settings.var / "jobs" / f"20260101-120000-000001-{number:04x}"
    place.mkdir(parents=True)
    at = time.time() - days * DAY
    alive = {"machine": process.here(), "pulse": time.monotonic()}
    job = Job(id=place.name, worker="w", state=state, created=at, ended=at if ended else None, **alive)
    return records.keep(place, job)


def test_only_finished_ones_that_are_old_go(settings: Settings) -> None:
    old = [kept(settings, 1, "succeeded", 31), kept(settings, 2, "failed", 40, ended=False)]
    kept(settings, 3, "cancelled", 29)
    kept(settings, 4, "queued", 31)
    assert cleaning.old(settings, 30) == old[::-1]
    assert sorted(cleaning.clean(cleaning.old(settings, 30), settings)) == [job.id for job in old]
    assert [job.id[-1] for job in records.listing(settings)] == ["4", "3"]


@pytest.mark.parametrize(("days", "count"), [(0, 2), (1, 1), (3, 0)])
def test_the_bound_is_in_days(settings: Settings, days: float, count: int) -> None:
    kept(settings, 1, "succeeded", 0.5)
    kept(settings, 2, "succeeded", 2)
    assert len(cleaning.old(settings, days)) == count


def test_what_was_resumed_or_deleted_since_is_left(settings: Settings) -> None:
    found = [kept(settings, 1, "failed", 31), kept(settings, 2, "failed", 31)]
    place = records.folder(found[0].id, settings)
    records.keep(place, found[0].model_copy(update={"state": "queued"}))
    assert cleaning.clean(found, settings) == [found[1].id]
    assert cleaning.clean(found, settings) == []
    assert [job.id for job in records.listing(settings)] == [found[0].id]
