"""Jobs and their events as programs get them, from the command line and the REST API alike."""

import json
from collections.abc import Sequence
from typing import Any

from pydantic_core import to_json

from core.jobs.job import Job

TOLD = ("epoch", "epochs", "run_id")
"""What a training tells of itself that stands beside a job's own fields; null for other jobs."""


def fields(job: Job) -> dict[str, Any]:
    """A job's record, and what its worker told of `TOLD`, on the way or with its result."""
    told = {**job.result, **job.facts}
    return _plain({**job.model_dump(), **{name: told.get(name) for name in TOLD}})


def happened(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events whose numbers are all numbers to JSON: a loss that is none is null."""
    return [_plain(event) for event in events]


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(to_json(told, inf_nan_mode="null"))
    return made
