"""The background job that measures a model's explanations, as whoever starts or watches it sees it."""

from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from core.config.settings import Settings
from core.jobs import records, runner
from core.jobs.job import Job
from core.models.bundle import Bundle

WORKER: Final = "core.inference.explanations_worker"
QUEUE: Final = "explanations"
SLICES: Final = 10
"""Of each source and class: some minutes on two cores."""


class Request(BaseModel):
    """Which model is to be measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bundle: Path
    digest: str = Field(pattern="^[0-9a-f]{64}$", description="of the bundle")
    slices: int = Field(SLICES, ge=1, le=1000)


def start(bundle: Bundle, settings: Settings) -> Job:
    """Measure a model in the background; one that is being measured already is not begun again.

    Args:
        bundle: The model.
        settings: Where jobs are.

    Raises:
        StudioError: The system starts no process, or the job's folder can't be written.
    """
    now = newest(bundle, settings)
    if now and not now.finished:
        return now
    request = {"bundle": str(bundle.path.resolve()), "digest": bundle.digest}
    return runner.start(WORKER, request, settings, QUEUE)


def newest(bundle: Bundle, settings: Settings) -> Job | None:
    """The newest job that measures or has measured a model.

    Args:
        bundle: The model.
        settings: Where jobs are.
    """
    mine = (job for job in records.listing(settings) if job.worker == WORKER)
    return next((job for job in mine if job.request.get("digest") == bundle.digest), None)
