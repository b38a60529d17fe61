"""What the REST API takes and answers about background jobs."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.job import Job


class JobAnswer(Job):
    """A job as it stands; times are seconds since 1970."""

    epoch: int | None = Field(None, description="of a training: the last that is finished")
    epochs: int | None = Field(None, description="of a training: how many there are at most")
    run_id: str | None = Field(None, description="of a training: its MLflow run")
    bytes: int | None = Field(None, description="disk use of its folder; told of a single job only")


class JobsAnswer(BaseModel):
    """What GET /v1/jobs answers."""

    jobs: list[JobAnswer] = Field(description="newest first")
    total: int = Field(description="how many there are, listed here or not")


class LogAnswer(BaseModel):
    """What GET /v1/jobs/ID/log answers."""

    lines: list[str] = Field(description="the last ones, oldest first")


class EventsAnswer(BaseModel):
    """What GET /v1/jobs/ID/events answers."""

    events: list[dict[str, Any]] = Field(description="oldest first, each with the time `at`")
    next: int = Field(description="what to send as `after` for only what comes later")


class Training(BaseModel):
    """What POST /v1/trainings takes."""

    model_config = ConfigDict(extra="forbid")

    dataset: str = Field(description="a data set that was ingested and split")
    params: dict[str, Any] = Field(
        {}, description="the recipe by section, as in params.yaml; what is left out has its default"
    )
    title: str = Field(
        "", max_length=200, description="what the run is called; made from the recipe if empty"
    )


class Accepted(BaseModel):
    """A training that was started, or waits its turn."""

    id: str
