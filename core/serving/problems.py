"""Every error as problem+json (RFC 9457): what, which, what now."""

import json
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.config.logs import incident
from core.errors import BundleError, InputError, LimitError, StudioError

MEDIA_TYPE = "application/problem+json"
_SENTENCES = {
    404: ("not-found", "There is nothing at this address. GET {root}/docs lists what there is."),
    405: ("method-not-allowed", "This address doesn't take this method. See GET {root}/docs."),
}
_STATUS = {"no-job": 404, "job-state": 409, "busy": 409}
"""By an error's code, where its kind says too little."""


class UploadError(InputError):
    """A request's body is not what the address takes.

    Attributes:
        status: The HTTP status that says it best, 400 to 499.
    """

    def __init__(self, sentence: str, code: str, status: int) -> None:
        super().__init__(sentence, code)
        self.status = status


def problem(status: int, code: str, sentence: str, **more: Any) -> Response:
    """A problem+json answer."""
    body = {
        "type": f"urn:kidney-ct-studio:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence,
        "code": code,
    }
    return Response(json.dumps(body | more), status, media_type=MEDIA_TYPE)


def of(error: StudioError) -> Response:
    """One of our errors as an answer."""
    if error.code in _STATUS:
        status = _STATUS[error.code]
    elif isinstance(error, UploadError):
        status = error.status
    elif isinstance(error, LimitError):
        status = 413
    else:
        status = 422 if isinstance(error, InputError) else 503
    headers = {"unusable": True} if isinstance(error, BundleError) else {}
    return problem(status, error.code, error.sentence, **headers)


def install(app: FastAPI) -> None:
    """Make every error of an application answer this way."""

    @app.exception_handler(StudioError)
    async def _ours(_: Request, error: StudioError) -> Response:
        return of(error)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        phrase = HTTPStatus(error.status_code).phrase
        code, sentence = _SENTENCES.get(error.status_code, (phrase.lower().replace(" ", "-"), f"{phrase}."))
        root = request.scope.get("root_path", "")
        answer = problem(error.status_code, code, sentence.replace("{root}", root))
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(RequestValidationError)
    async def _values(_: Request, error: RequestValidationError) -> Response:
        fields = [{"field": ".".join(map(str, e["loc"])), "problem": e["msg"]} for e in error.errors()]
        named = "; ".join(f"{field['field']}: {field['problem']}" for field in fields)
        return problem(422, "bad-value", f"A value can't be used: {named}.", fields=fields)

    app.add_middleware(CatchAll)


class CatchAll:
    """Answers what no handler expected with a sentence and an id; the log has the rest."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            number = incident(error, "the API")
            if not started and scope["type"] == "http":
                sentence = (
                    f"Something unexpected went wrong (error {number}). Try again; "
                    "if it stays, give this number to whoever runs the server."
                )
                await problem(500, "unexpected", sentence, incident=number)(scope, receive, send)
