"""The route that says where the model looks, by the process that explains."""

import base64
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from uuid import uuid4

import anyio
import cv2
import numpy as np
from fastapi import Depends, FastAPI, Query, Request
from starlette.responses import Response

from core.domain import Placement
from core.errors import InputError, LimitError, StudioError
from core.explain import asking, cam
from core.explain.export import record
from core.explain.faithfulness.checked import Checked, known
from core.explain.faithfulness.words import settled
from core.explain.methods import DEFAULT, METHODS
from core.explain.pool.pool import Task, shared
from core.explain.pool.works import Work
from core.explain.values import Ask, Explanation, Square, Target
from core.imaging.intake import Refused
from core.imaging.preprocess import model_grey, prepare
from core.inference.batch import Case, review
from core.inference.record import model as model_fields
from core.inference.record import of as case_fields
from core.models.bundle import Bundle
from core.serving import upload
from core.serving.dependencies import Service, service
from core.serving.explain_schemas import Explanations

MOST: Final = 100
"""Maps that a request gets: slow methods take seconds each."""
_EVERY_S: Final = (0.005, 0.1)
"""Between two looks whether it is there and the client still is: at first, and in the long run."""
_SERVERS: Final = frozenset({"died", "hung", "no-process", "stopping", "unexpected"})
"""Codes of failures that whoever asked can't mend; those of bundles too."""

Shared = Annotated[Service, Depends(service)]
Methods = Annotated[list[str], Query(description="how to ask; repeatable: " + ", ".join(METHODS))]
Label = Annotated[str | None, Query(alias="class", description="what to explain; without it the top class")]
Against = Annotated[str | None, Query(description="why the class and not this one")]
Layer = Annotated[str | None, Query(description="the layer that is read, by methods that read one")]
Measured = Annotated[bool, Query(description="also measure how far each map can be believed")]
Form = Annotated[
    Literal["png", "values"], Query(alias="format", description="heat as a picture, or the grid's numbers")
]


class GoneError(Exception):
    """The client went away: nobody wants the rest."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asks of every slice."""

    methods: tuple[str, ...]
    label: str | None
    against: str | None
    layer: str | None
    trust: bool
    form: str

    def asks(self, case: Case) -> tuple[Ask, ...]:
        """One a method."""
        target = Target(self.label or case.prediction.top[0], self.against)
        return asking.asks(self.methods, target, self.layer)


def install(api: FastAPI, responses: dict[int | str, dict[str, Any]], form: dict[str, Any]) -> None:
    """Add the route.

    Args:
        api: The application.
        responses: Errors of a route that takes files.
        form: How the documentation shows the files.
    """
    route = api.post("/v1/explain", response_model=Explanations, responses=responses, openapi_extra=form)
    route(explain)


async def explain(
    request: Request,
    shared: Shared,
    method: Methods = [DEFAULT],  # noqa: B006 (read, never changed)
    label: Label = None,
    against: Against = None,
    layer: Layer = None,
    trust: Measured = False,
    form: Form = "png",
) -> Response:
    """Say where the model looks on each slice, by each method asked for.

    A file that can't be read has an `error` among the results, and so has a method that can't be used on
    a slice; the others go on. Gradient methods take seconds: the first loads TensorFlow in a process of
    its own. At most 100 maps a request.
    """
    bundle = (predictor := (await shared.standing()).predictor).bundle
    wanted = Wanted(tuple(dict.fromkeys(method)), label, against, layer, trust, form)
    check(wanted, bundle)
    limits = shared.settings.limits
    came = await upload.files(request, limits)
    items = itertools.chain(came.refused, review(came.files, predictor, limits))
    results: list[dict[str, Any]] = []
    asker = Asker(request, shared, bundle, wanted)
    try:
        while (item := await shared.run(lambda: next(items, None))) is not None:
            results.append(await asker.answer(item))
    except GoneError:
        return Response(status_code=499)
    body = {"results": results, "model": model_fields(bundle.ref)}
    text = await shared.run(lambda: json.dumps(body, allow_nan=False))
    return Response(text, media_type="application/json")


def check(wanted: Wanted, bundle: Bundle) -> None:
    """Refuse what no slice could be asked.

    Raises:
        InputError: There is no such method or class, or no method that reads a layer.
    """
    rows = [asking.method(key) for key in wanted.methods]
    labels = bundle.card.labels
    label = wanted.label or next(one for one in labels if one != wanted.against)
    asking.check(Target(label, wanted.against), labels)
    if wanted.layer is not None and not any(row.layered for row in rows):
        named = ", ".join(key for key, row in METHODS.items() if row.layered)
        raise InputError(f"No method asked for reads a layer; these do: {named}.", "no-layer")


class Asker:
    """One request's way to the process that explains.

    Args:
        request: Watched: once its client is gone, nothing more is asked.
        service: Threads and settings.
        bundle: The model explained.
        wanted: What is asked of every slice.
    """

    def __init__(self, request: Request, service: Service, bundle: Bundle, wanted: Wanted) -> None:
        self._request, self._service, self._bundle, self._wanted = request, service, bundle, wanted
        self._owner = uuid4().hex
        self._left = MOST

    async def answer(self, item: Case | Refused) -> dict[str, Any]:
        """One result.

        Raises:
            LimitError: The request asks for too many maps.
            StudioError: The process that explains can't.
            GoneError: The client went away.
        """
        if isinstance(item, Refused):
            return case_fields(item)
        self._left -= len(self._wanted.methods)
        if self._left < 0:
            raise LimitError(
                f"The request asks for more than {MOST} maps. Send its files in several requests.",
                "too-many-maps",
            )
        spec = self._bundle.card.preprocess
        square, placement = await self._service.run(lambda: prepare(model_grey(item.scan, spec), spec))
        maps = [await self._map(item, square, placement, ask) for ask in self._wanted.asks(item)]
        whole = case_fields(item)
        return {**{name: whole[name] for name in ("file", "label", "digest")}, "maps": maps}

    async def _map(self, case: Case, square: Square, placement: Placement, ask: Ask) -> dict[str, Any]:
        try:
            asking.check(ask.target, self._bundle.card.labels)
            made = await self._explanation(case, square, placement, ask)
            fields = {**record.of(made), **await self._service.run(lambda: self._form(made))}
            if self._wanted.trust:
                found = await self._done("trust", {"square": square, "explanation": made})
                fields["trust"] = record.trust(settled(found, (await self._known()).get(ask.method)))
        except InputError as error:
            return {**record.asked(ask), "error": {"code": error.code, "sentence": error.sentence}}
        return fields

    async def _explanation(self, case: Case, square: Square, placement: Placement, ask: Ask) -> Explanation:
        """What comes with the answer comes from it; the rest from the process that explains."""
        if METHODS[ask.method].needs == "answer":
            return cam.explanation(case.prediction, ask.target)
        made: Explanation = await self._done(
            "explain", {"square": square, "placement": placement, "ask": ask}
        )
        return made

    async def _done(self, kind: str, arguments: dict[str, Any]) -> Any:
        """What came of one piece of work; a client that goes away takes it back."""
        work = Work(kind, self._bundle.path, self._bundle.digest, arguments)
        # no await between submitting and watching: a client that left in between would leave it behind
        task = shared(self._service.settings).submit(work, self._owner)
        try:
            pause, most = _EVERY_S
            while not task.over:
                if await self._request.is_disconnected():
                    raise GoneError
                # no thread is held meanwhile: there are few, and answers need them
                await anyio.sleep(pause)
                pause = min(2 * pause, most)
        finally:
            task.cancel()
        return _result(task)

    async def _known(self) -> Mapping[str, Checked]:
        """What the randomisation check said of the model's methods."""
        return await self._service.run(lambda: known(self._bundle, self._service.settings))

    def _form(self, made: Explanation) -> dict[str, Any]:
        if self._wanted.form == "values":
            return {"values": [[float(f"{value:.6g}") for value in row] for row in made.raw.tolist()]}
        grey = np.round(255 * made.heatmap().values).astype(np.uint8)
        _, data = cv2.imencode(".png", grey)
        return {"heat": base64.b64encode(data.tobytes()).decode("ascii")}


def _result(task: Task) -> Any:
    """What came out.

    Raises:
        InputError: Whoever asked can mend why nothing did.
        StudioError: Nobody can but the server.
    """
    if task.state == "done":
        return task.result
    if task.state == "cancelled":
        raise StudioError("The server is stopping. Ask again once it is back.", "stopping")
    if task.code in _SERVERS or task.code.startswith("bundle"):
        raise StudioError(task.error, task.code)
    raise InputError(task.error, task.code)
