"""Jobs whose worker vanished get one more, for who keeps an eye on them: the app's server.

A worker that says by itself why it failed fails again; one that was killed, or whose machine was
restarted, most likely doesn't.
"""

import logging
import time

from core.config.settings import Settings
from core.errors import StudioError
from core.jobs import liveness, records, runner
from core.jobs.job import Job

PAUSE_S = 30.0
"""That a person has for seeing to a lost job first, and the machine for coming to itself."""
RECENT_S = 3600.0
"""What was lost longer ago is left to people, who may have forgotten it."""

_log = logging.getLogger(__name__)


class Retries:
    """Settles jobs that vanished, whoever else looks at them or not, and resumes each of them once.

    Args:
        settings: Where jobs are.
        pause: Seconds from when a job is first seen lost until it is resumed.
    """

    def __init__(self, settings: Settings, pause: float = PAUSE_S) -> None:
        self._settings = settings
        self._pause = pause
        self._seen: dict[str, float] = {}

    def look(self) -> list[Job]:
        """Look at all jobs once; called every few seconds.

        Returns:
            The jobs that were resumed now.
        """
        now = time.monotonic()
        lost = sorted(job.id for job in records.listing(self._settings) if due(job))
        self._seen = {job: self._seen.get(job, now) for job in lost}
        resumed = (self._resume(job) for job in lost if now - self._seen[job] >= self._pause)
        return [job for job in resumed if job]

    def _resume(self, job: str) -> Job | None:
        self._seen[job] = time.monotonic()
        try:
            again = runner.retry(job, self._settings)
        except StudioError as error:  # somebody was faster; or the disk is full, which may pass
            _log.warning("the job %s is not resumed: %s", job, error.sentence)
            return None
        _log.warning("the job %s was lost and is resumed", job)
        return again


def due(job: Job) -> bool:
    """Whether a job was lost and is to be resumed without being asked for."""
    recent = abs(time.time() - (job.ended or 0.0)) < RECENT_S
    return runner.retriable(job) and recent and liveness.ours(job)
