"""POST /v1/explain: by the process that explains, without holding anybody up."""

import asyncio
import base64
import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from core.config.settings import Settings
from core.explain import asking, cam
from core.explain.network import LiteRtNetwork
from core.explain.pool import pool as pools
from core.explain.values import Ask, Target
from core.imaging.preprocess import model_grey, prepare
from core.inference.batch import Case, review
from core.inference.predictor import Predictor
from core.serving import explain as route
from tests.serving.test_api import files, said
from tests.support.client import Client
from tests.support.scans import body, png

SLICE = png(body(seed=1))


@pytest.fixture(scope="module", autouse=True)
def pool(settings_of_tiny: Settings) -> Iterator[pools.Pool]:
    """The one that the route uses, of this module's settings."""
    pools.stop_shared()
    yield pools.shared(settings_of_tiny)
    pools.stop_shared()


@pytest.fixture(scope="module")
def case(predictor: Predictor) -> Case:
    (found,) = review([("a.png", SLICE)], predictor, Settings().limits)
    assert isinstance(found, Case)
    return found


def maps(answer: httpx.Response, at: int = 0) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["results"][at]["maps"]
    return found


async def running(pool: pools.Pool, sent: "asyncio.Task[httpx.Response]") -> pools.Task:
    """What the process does for a request, once it does."""
    while not (found := pool._running) or found.state != "running":
        assert not sent.done(), sent
        await asyncio.sleep(0.001)
    return found


def test_by_default_the_map_that_comes_with_the_answer(api: Client, case: Case) -> None:
    answer = api.post("/v1/explain", **files(("a.png", SLICE)))
    (one,) = maps(answer)
    heat = cam.heatmap(case.prediction, case.prediction.top[0])
    assert answer.json()["results"][0]["label"] == case.prediction.label
    assert (one["method"], one["unit"]) == ("closed-form", "logit")
    assert one["target"] == {"label": case.prediction.top[0], "against": None}
    assert one["peak"] == pytest.approx(heat.peak, rel=1e-5)
    grey = cv2.imdecode(np.frombuffer(base64.b64decode(one["heat"]), np.uint8), cv2.IMREAD_UNCHANGED)
    np.testing.assert_allclose(grey / 255, heat.values, atol=0.5 / 255 + 1e-6)


def test_values_and_several_methods_of_a_contrast(api: Client, case: Case, predictor: Predictor) -> None:
    answer = api.post(
        "/v1/explain?method=occlusion&method=closed-form&class=Stone&against=Cyst&format=values",
        **files(("a.png", SLICE)),
    )
    first, second = maps(answer)
    assert (first["method"], second["method"]) == ("occlusion", "closed-form")
    spec = predictor.bundle.card.preprocess
    square, placement = prepare(model_grey(case.scan, spec), spec)
    for one in (first, second):
        direct = asking.explain(
            LiteRtNetwork(predictor.bundle), square, placement,
            Ask(one["method"], Target("Stone", "Cyst")), lambda _: None,
        )  # fmt: skip
        np.testing.assert_allclose(one["values"], direct.raw, rtol=2e-4, atol=1e-5)
        assert one["grid"] == list(direct.raw.shape)
        assert one["placement"]["side"] == placement.side
        assert "heat" not in one
    assert first["passes"] > 10 and second["passes"] == 0, "it came with the answer"


def test_trust_comes_with_sentences(api: Client) -> None:
    (one,) = maps(api.post("/v1/explain?trust=true&class=Stone", **files(("a.png", SLICE))))
    assert one["trust"]["sentences"]
    assert 0 <= one["trust"]["deletion"] <= 1


def test_a_bad_file_costs_only_itself(api: Client) -> None:
    answer = api.post("/v1/explain", **files(("a.png", SLICE), ("b.jpg", b"text"), ("c.png", SLICE)))
    assert maps(answer, 0) and maps(answer, 2)
    bad = answer.json()["results"][1]
    assert bad["file"] == "b.jpg" and bad["error"]["sentence"].endswith(".")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("method=magic", 422, "no-method"), ("class=Horse", 422, "no-class"),
        ("against=Horse", 422, "no-class"),
        ("class=Cyst&against=Cyst", 422, "no-class"), ("layer=x", 422, "no-layer"),
        ("format=gif", 422, "bad-value"), ("trust=perhaps", 422, "bad-value"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_a_problem(api: Client, query: str, status: int, code: str) -> None:
    said(api.post(f"/v1/explain?{query}", **files(("a.png", SLICE))), status, code)


def test_the_top_class_against_itself_costs_that_map_only(api: Client, case: Case) -> None:
    top = case.prediction.top[0]
    (one,) = maps(api.post(f"/v1/explain?against={top}", **files(("a.png", SLICE))))
    assert one["error"]["code"] == "no-class" and one["error"]["sentence"].endswith(".")


def test_uploads_have_the_limits_of_predict(small: Client) -> None:
    six = [(f"{number}.png", SLICE) for number in range(6)]
    said(small.post("/v1/explain", **files(*six)), 413, "too-many-files")
    said(small.post("/v1/explain", content=b"x"), 415, "bad-content-type")


def test_too_many_maps_are_refused(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "MOST", 1)
    sent = files(("a.png", SLICE), ("b.png", png(body(seed=2))))
    said(api.post("/v1/explain", **sent), 413, "too-many-maps")


def test_a_crash_of_the_process_is_a_503_and_the_next_request_works(
    api: Client, pool: pools.Pool, settings_of_tiny: Settings
) -> None:
    url = "/v1/explain?method=kernel-shap&class=Cyst"

    async def crashed() -> httpx.Response:
        sent = asyncio.create_task(api._http.post(url, **files(("a.png", SLICE))))
        await running(pool, sent)
        # the event loop is free meanwhile
        assert (await api._http.get("/health")).status_code == 200
        while not sent.done():  # a process that dies is replaced once without a word
            if pool.pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pool.pid, signal.SIGKILL)
            await asyncio.sleep(0.02)
        return await sent

    said(api._loop.run_until_complete(crashed()), 503, "died")
    assert maps(api.post("/v1/explain?method=occlusion", **files(("a.png", SLICE))))


def test_a_client_that_goes_away_takes_its_work_back(api: Client, pool: pools.Pool, tiny: Path) -> None:
    async def leave() -> None:
        sent = asyncio.create_task(
            api._http.post("/v1/explain?method=kernel-shap", **files(("a.png", SLICE)))
        )
        task = await running(pool, sent)
        sent.cancel()
        await asyncio.gather(sent, return_exceptions=True)
        assert task.state == "cancelled"

    api._loop.run_until_complete(leave())
    assert maps(api.post("/v1/explain", **files(("a.png", SLICE))))


def test_it_is_documented(api: Client) -> None:
    assert "/v1/explain?method=occlusion" in api.get("/docs").text
    schema = api.get("/openapi.json").json()["paths"]["/v1/explain"]["post"]
    names = {one["name"] for one in schema["parameters"]}
    assert names == {"method", "class", "against", "layer", "trust", "format"}
