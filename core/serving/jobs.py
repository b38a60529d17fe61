"""The REST API about background jobs: the same ones as the page and the command line see."""

import json
from collections.abc import Callable
from typing import Annotated, Any

from anyio import to_thread
from fastapi import Depends, FastAPI, Query, Request
from pydantic import ValidationError
from starlette.responses import Response

from core.config import params
from core.config.settings import Settings
from core.errors import InputError, SettingsError
from core.jobs import records, runner, summary
from core.jobs.job import Job
from core.serving import problems, upload
from core.serving.dependencies import Service, service
from core.serving.job_schemas import (
    Accepted,
    EventsAnswer,
    JobAnswer,
    JobsAnswer,
    LogAnswer,
    Training,
)
from core.serving.schemas import Problem
from core.training import runner as trainings

Shared = Annotated[Service, Depends(service)]
BODY_BYTES = 1024 * 1024
"""Of a request for a training; a recipe has some 5 KB."""
_Responses = dict[int | str, dict[str, Any]]
_PROBLEM: dict[str, Any] = {"model": Problem, "content": {problems.MEDIA_TYPE: {}}}
_BAD_VALUE: _Responses = {422: {**_PROBLEM, "description": "A value can't be used"}}
_MISSING: _Responses = {404: {**_PROBLEM, "description": "There is no job of this id"}}
_STATE: _Responses = {409: {**_PROBLEM, "description": "The job's state doesn't allow it"}}
_DISK: _Responses = {
    503: {**_PROBLEM, "description": "The disk is full or can't be written to, or no process starts"}
}
_TRAINING: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": Training.model_json_schema()}},
    }
}
_REFUSED: _Responses = {
    400: {**_PROBLEM, "description": "The body can't be parsed"},
    413: {**_PROBLEM, "description": "The body is too large"},
    415: {**_PROBLEM, "description": "The body is not sent as application/json"},
    422: {**_PROBLEM, "description": "It can't be trained; `detail` says all the reasons"},
    **_DISK,
}


def install(api: FastAPI) -> None:
    """Add the routes to an application that has a `Service`."""
    one, known = "/v1/jobs/{job}", {**_MISSING, **_DISK}
    unfit = {**known, **_STATE}
    api.get("/v1/jobs", response_model=JobsAnswer, responses=_BAD_VALUE)(listing)
    api.get(one, response_model=JobAnswer, responses=_MISSING)(show)
    api.get(f"{one}/log", response_model=LogAnswer, responses={**_MISSING, **_BAD_VALUE})(log)
    api.get(f"{one}/events", response_model=EventsAnswer, responses={**_MISSING, **_BAD_VALUE})(events)
    api.post(f"{one}/cancel", response_model=JobAnswer, responses=known)(cancel)
    api.post(f"{one}/resume", response_model=JobAnswer, status_code=202, responses=unfit)(resume)
    api.delete(one, status_code=204, responses=unfit)(delete)
    api.post(
        "/v1/trainings", response_model=Accepted, status_code=202, responses=_REFUSED, openapi_extra=_TRAINING
    )(train)


async def listing(
    shared: Shared, limit: Annotated[int, Query(ge=1, le=1000, description="so many of the newest")] = 100
) -> Response:
    """Every background job, newest first: trainings, ingests, exports."""

    def listed() -> dict[str, Any]:
        found = records.listing(shared.settings)
        return {"jobs": [summary.fields(job) for job in found[:limit]], "total": len(found)}

    return await _json(listed)


async def show(job: str, shared: Shared) -> Response:
    """One job: how far it is, or how it ended and why, and what its folder takes of the disk."""

    def told() -> dict[str, Any]:
        found = records.read(job, shared.settings)
        return {**summary.fields(found), "bytes": records.disk_use(job, shared.settings)}

    return await _json(told)


async def log(
    job: str,
    shared: Shared,
    lines: Annotated[int, Query(ge=1, le=10_000, description="so many of the last")] = 200,
) -> Response:
    """The end of a job's log, at most 64 KiB."""
    return await _json(lambda: {"lines": records.log(job, shared.settings, lines).splitlines()})


async def events(
    job: str,
    shared: Shared,
    after: Annotated[int, Query(ge=0, le=2**31, description="leave out so many of the first")] = 0,
) -> Response:
    """What happened in a job: phases, an entry an epoch, retries, its end."""

    def happened() -> dict[str, Any]:
        every = records.events(job, shared.settings)
        return {"events": summary.happened(every[after:]), "next": len(every)}

    return await _json(happened)


async def cancel(job: str, shared: Shared) -> Response:
    """Ask a job to stop, and end it after 10 seconds where it doesn't. A finished one stays as it is."""
    return await _json(lambda: summary.fields(runner.cancel(job, shared.settings)))


async def resume(job: str, shared: Shared) -> Response:
    """Start a failed or cancelled job again, from what its worker left."""
    return await _json(lambda: summary.fields(runner.resume(job, shared.settings)), 202)


async def delete(job: str, shared: Shared) -> Response:
    """Delete a finished job with its log. What it made, a data set or a model, stays."""
    await to_thread.run_sync(lambda: runner.delete(job, shared.settings))
    return Response(status_code=204)


async def train(request: Request, shared: Shared) -> Response:
    """Start a training in the background. One that can't work is refused with all the reasons."""
    # a page of another site can't send this type without asking first, so it can't start anything here
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise problems.UploadError(
            "A training is asked for in JSON. Send it as application/json.", "media-type", 415
        )
    raw = await upload.body(request, BODY_BYTES)
    return await _json(lambda: {"id": _started(raw, shared.settings).id}, 202)


def _started(raw: bytes, settings: Settings) -> Job:
    try:
        asked = Training.model_validate(json.loads(raw))
        recipe = trainings.recipe(asked.dataset, lambda: params.checked(asked.params), settings)
    except ValidationError as error:
        raise InputError(
            f"This can't be trained: {params.faults(error)}. Send dataset, params and title.", "request"
        ) from None
    except SettingsError as error:
        raise InputError(error.sentence, error.code) from None
    except (ValueError, RecursionError):
        raise problems.UploadError(
            'The body is not JSON. Send {"dataset": "..."}.', "bad-json", 400
        ) from None
    return trainings.start(asked.dataset, recipe, settings, title=asked.title)


async def _json(work: Callable[[], dict[str, Any]], status: int = 200) -> Response:
    """What work in a thread gives. Not in the threads of the model: a cancel waits up to 15 s."""
    text = await to_thread.run_sync(lambda: json.dumps(work(), allow_nan=False))
    return Response(text, status, media_type="application/json")
