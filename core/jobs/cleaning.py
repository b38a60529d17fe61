"""Finished jobs that nobody needs any more. What they made, a data set or a model, lies elsewhere."""

import time
from collections.abc import Sequence

from core.config.settings import Settings
from core.errors import InputError
from core.jobs import records, runner
from core.jobs.job import Job

_DAY_S = 86_400.0


def old(settings: Settings, days: float) -> list[Job]:
    """Jobs that ended more than so many days ago, newest first; one without an end counts from its start."""
    bound = time.time() - days * _DAY_S
    return [job for job in records.listing(settings) if job.finished and (job.ended or job.created) < bound]


def clean(jobs: Sequence[Job], settings: Settings) -> list[str]:
    """Delete jobs that are still finished.

    Returns:
        The ids of those that were deleted.

    Raises:
        StorageError: A folder can't be written to.
    """
    gone = []
    for job in jobs:
        try:
            runner.delete(job.id, settings)
        except InputError:  # resumed or deleted since it was listed
            continue
        gone.append(job.id)
    return gone
