"""The REST API: the same answers as the page gives, for programs."""

import itertools
import json
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from core import __version__
from core.config.settings import Settings
from core.inference import record
from core.inference.batch import review
from core.inference.standing import Standing
from core.serving import answers, docs, explain, jobs, problems, upload
from core.serving.dependencies import Service, service
from core.serving.schemas import Answer, Health, ModelCard, PlainAnswer, PlainImage, Problem

Shared = Annotated[Service, Depends(service)]
_PROBLEM = {"model": Problem, "content": {problems.MEDIA_TYPE: {}}}
_UNUSABLE: dict[int | str, dict[str, Any]] = {503: {**_PROBLEM, "description": "No usable model"}}
_REFUSED: dict[int | str, dict[str, Any]] = {
    400: {**_PROBLEM, "description": "The body can't be parsed"},
    413: {**_PROBLEM, "description": "Too many files or bytes"},
    422: {**_PROBLEM, "description": "The body can be parsed but not used"},
    **_UNUSABLE,
}
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}}
                    },
                }
            }
        },
    }
}
_JSON = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": PlainImage.model_json_schema()}},
    }
}


def create_api(settings: Settings) -> FastAPI:
    """The API as an application of its own, to be mounted or served alone.

    Args:
        settings: Where the model lies and what is allowed.
    """
    api = FastAPI(
        title="Kidney CT Studio",
        version=__version__,
        description="Four-class answers for kidney CT slices. Research and teaching use only: not a medical "
        "device, and no diagnosis may rest on it.",
        docs_url=None,
        redoc_url=None,
    )
    api.state.service = Service(settings)
    problems.install(api)
    api.get("/health", response_model=Health, responses=_UNUSABLE)(health)
    api.get("/v1/model", response_model=ModelCard, responses=_UNUSABLE)(model)
    api.post("/v1/predict", response_model=Answer, responses=_REFUSED, openapi_extra=_FORM)(predict)
    api.post("/predict", response_model=list[PlainAnswer], responses=_REFUSED, openapi_extra=_JSON)(
        predict_plain
    )
    explain.install(api, _REFUSED, _FORM)
    jobs.install(api)
    api.get("/docs", include_in_schema=False)(documentation)
    return api


async def health(shared: Shared) -> dict[str, Any]:
    """Whether there is a usable model, which, and why it isn't the champion where that can't be used."""
    standing = await shared.standing()
    return {"status": "ok", "model": record.model(standing.predictor.bundle.ref), **_role(standing)}


async def model(shared: Shared) -> dict[str, Any]:
    """What the model in use says about itself: classes, preparation, thresholds, measured figures."""
    standing = await shared.standing()
    bundle = standing.predictor.bundle
    card = bundle.card.model_dump(mode="json", exclude={"format", "files"})
    return {**card, "digest": bundle.digest, **_role(standing)}


async def predict(
    request: Request,
    shared: Shared,
    heatmaps: Annotated[bool, Query(description="add a picture per class to the first slices")] = False,
) -> Response:
    """Answer files: JPEG, PNG, TIFF, DICOM, and zips of these.

    A file that can't be read has an `error` among the results, and the others go on. Results are in
    the order the files came, after those that were too large to be kept.
    """
    predictor = (await shared.standing()).predictor
    limits = shared.settings.limits
    came = await upload.files(request, limits)
    items = itertools.chain(came.refused, review(came.files, predictor, limits))
    results: list[dict[str, Any]] = []

    def step() -> bool:
        item = next(items, None)
        if item is not None:
            results.append(answers.entry(item, heatmaps and len(results) < answers.HEATMAP_SLICES))
        return item is not None

    while await shared.run(step):
        continue
    return await _json(shared, {"results": results, "model": record.model(predictor.bundle.ref)})


async def predict_plain(request: Request, shared: Shared) -> Response:
    """Answer one picture in base64, as older clients of this kind of app send it."""
    predictor = (await shared.standing()).predictor
    limits = shared.settings.limits
    raw = await upload.body(request, limits.file_bytes * 4 // 3 + upload.OVERHEAD)
    return await _json(shared, await shared.run(lambda: answers.plain(raw, predictor, limits)))


async def documentation(request: Request) -> HTMLResponse:
    """The routes on one page that needs nothing from anywhere else."""
    return HTMLResponse(docs.page(request.app.openapi(), request.scope.get("root_path", "")))


def _role(standing: Standing) -> dict[str, str | None]:
    return {
        "alias": standing.alias,
        "registered": standing.version or None,
        "fallback": standing.trouble or None,
    }


async def _json(shared: Service, body: Any) -> Response:
    text = await shared.run(lambda: json.dumps(body, allow_nan=False))
    return Response(text, media_type="application/json")
