"""A job watched from the command line until it is over; breaking that off stops the job."""

import time
from typing import TYPE_CHECKING

from core.cli.options import progress
from core.config.settings import Settings
from core.errors import StudioError

if TYPE_CHECKING:
    from core.jobs.job import Job

_LOOK_S = 0.3


def follow(job: str, settings: Settings) -> "Job":
    """Tell on stderr how far a job is until it has succeeded.

    Args:
        job: Its id.
        settings: Where jobs are.

    Returns:
        The job, succeeded.

    Raises:
        StudioError: It failed or was cancelled, with the reason.
        KeyboardInterrupt: A person broke it off; the job is cancelled then.
    """
    from core.jobs import records, runner

    try:
        while not (found := records.read(job, settings)).finished:
            if found.phase or found.words:
                progress(
                    ": ".join(part for part in (found.phase or found.state, found.words) if part), found.share
                )
            time.sleep(_LOOK_S)
    except KeyboardInterrupt:
        runner.cancel(job, settings)
        raise
    if found.state != "succeeded":
        raise StudioError(
            f"{found.reason} Its log: `python -m core jobs log {job}`; to go on where it stopped: "
            f"`python -m core jobs resume {job}`.",
            found.state,
        )
    return found
