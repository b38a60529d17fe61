"""The REST API about background jobs, with real workers."""

import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.config.params import Params
from core.config.settings import Settings
from core.data.ingest import ingest
from core.jobs import records, runner
from core.jobs.job import Job
from core.serving.api import create_api
from core.training import runner as trainings
from tests.jobs.conftest import WORKER, until
from tests.serving.test_api import said
from tests.support.client import Client, client
from tests.support.sets import write_set

NOBODY = "20260101-120000-000001-00ff"
JSON = {"content-type": "application/json"}


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    here = Settings(var=tmp_path / "var")
    yield here
    for job in records.listing(here):
        if not job.finished:
            runner.cancel(job.id, here, grace=0.0)


@pytest.fixture
def api(settings: Settings) -> Iterator[Client]:
    with client(create_api(settings)) as made:
        yield made


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """For what may start nothing; looked at when all of it was asked for."""
    here = Settings(var=tmp_path_factory.mktemp("var"))
    with client(create_api(here)) as made:
        yield made
    assert records.listing(here) == []


def finished(api: Client, job: str) -> dict:
    return until(
        lambda: api.get(f"/v1/jobs/{job}").json(),
        lambda now: now["state"] not in ("queued", "running"),
        15.0,
    )


def kept(settings: Settings, number: int, **fields: object) -> Job:
    place = settings.var / "jobs" / f"{NOBODY[:-4]}{number:04x}"
    place.mkdir(parents=True)
    return records.keep(place, Job(**{"id": place.name, "worker": "w", "state": "succeeded", **fields}))


def test_a_job_from_start_to_end(api: Client, settings: Settings) -> None:
    assert api.get("/v1/jobs").json() == {"jobs": [], "total": 0}
    job = runner.start(WORKER, {"do": "succeed"}, settings)
    told = finished(api, job.id)
    assert (told["id"], told["state"], told["result"]["counted"]) == (job.id, "succeeded", 5)
    assert {"pid", "phase", "epoch", "epochs", "run_id", "reason"} <= told.keys()
    assert told.pop("bytes") > 500
    assert api.get("/v1/jobs").json() == {"jobs": [told], "total": 1}
    assert "tests.jobs.workers" in api.get(f"/v1/jobs/{job.id}/log").json()["lines"][0]
    happened = api.get(f"/v1/jobs/{job.id}/events").json()
    assert [event.get("phase") for event in happened["events"]] == [None, "Set up", "Count", None]
    later = api.get(f"/v1/jobs/{job.id}/events?after={happened['next'] - 1}").json()
    assert later == {"events": happened["events"][-1:], "next": happened["next"]}
    answer = api.request("DELETE", f"/v1/jobs/{job.id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "see the list" in said(api.get(f"/v1/jobs/{job.id}"), 404, "no-job")


def test_cancel_and_resume(api: Client, settings: Settings, tmp_path: Path) -> None:
    request = {"do": "sleep", "trace": str(tmp_path / "trace")}
    job = runner.start(WORKER, request, settings, "training")
    until(lambda: api.get(f"/v1/jobs/{job.id}").json()["phase"], lambda phase: phase == "Sleep", 15.0)
    waiting = runner.start(WORKER, {"do": "succeed"}, settings, "training")
    said(api.request("DELETE", f"/v1/jobs/{job.id}"), 409, "job-state")
    said(api.request("DELETE", f"/v1/jobs/{waiting.id}"), 409, "job-state")
    said(api.post(f"/v1/jobs/{job.id}/resume"), 409, "job-state")
    stopped = api.post(f"/v1/jobs/{job.id}/cancel")
    assert (stopped.status_code, stopped.json()["state"]) == (200, "cancelled")
    assert finished(api, waiting.id)["state"] == "succeeded"
    assert api.post(f"/v1/jobs/{waiting.id}/cancel").json()["state"] == "succeeded"
    again = api.post(f"/v1/jobs/{job.id}/resume")
    assert (again.status_code, again.json()["state"]) == (202, "queued")
    said(api.post(f"/v1/jobs/{waiting.id}/resume"), 409, "job-state")


@pytest.mark.parametrize("job", [NOBODY, "x", "..%2Fdata", "%00", "ä", "a" * 3000])
@pytest.mark.parametrize(
    "route", ["GET ", "GET /log", "GET /events", "POST /cancel", "POST /resume", "DELETE "]
)
def test_one_that_is_not_there(empty: Client, job: str, route: str) -> None:
    method, _, rest = route.partition(" ")
    answer = empty.request(method, f"/v1/jobs/{job}{rest}")
    assert answer.status_code == 404
    assert answer.json()["detail"].endswith(".")


@pytest.mark.parametrize(
    "query",
    [
        f"/{NOBODY}/log?lines=0",
        f"/{NOBODY}/log?lines=x",
        f"/{NOBODY}/events?after=-1",
        f"/{NOBODY}/events?after=1e9",
        "?limit=0",
    ],
)
def test_values_out_of_range(empty: Client, query: str) -> None:
    said(empty.get(f"/v1/jobs{query}"), 422, "bad-value")


def test_the_newest_of_many(api: Client, settings: Settings) -> None:
    for number in range(120):
        kept(settings, number)
    listed = api.get("/v1/jobs").json()
    assert (listed["total"], len(listed["jobs"])) == (120, 100)
    assert listed["jobs"][0]["id"] > listed["jobs"][1]["id"]
    assert len(api.get("/v1/jobs?limit=3").json()["jobs"]) == 3


def test_a_figure_that_is_no_number_is_null(api: Client, settings: Settings) -> None:
    job = kept(settings, 1, facts={"epoch": 2, "loss": math.nan})
    (settings.var / "jobs" / job.id / records.EVENTS).write_text('{"epoch": 2, "metrics": {"loss": NaN}}\n')
    told = api.get(f"/v1/jobs/{job.id}")
    assert (told.json()["epoch"], told.json()["facts"]["loss"]) == (2, None)
    events = api.get(f"/v1/jobs/{job.id}/events")
    assert "NaN" not in events.text
    assert events.json()["events"][0]["metrics"] == {"loss": None}


class TestTrainings:
    def test_one_that_can_work_waits_its_turn_with_its_recipe(
        self, api: Client, settings: Settings, tmp_path: Path
    ) -> None:
        ingest(write_set(tmp_path / "raw", patients=6), "small", settings)
        request = {"do": "sleep", "trace": str(tmp_path / "trace")}
        busy = runner.start(WORKER, request, settings, trainings.QUEUE)
        until(lambda: records.read(busy.id, settings).phase, lambda phase: phase == "Sleep", 15.0)
        recipe = {"training": {"epochs": 7, "every": 1}, "model": {"size": 64}}
        answer = api.post("/v1/trainings", json={"dataset": "small", "params": recipe, "title": "quick"})
        assert answer.status_code == 202, answer.text
        job = answer.json()["id"]
        told = until(lambda: api.get(f"/v1/jobs/{job}").json(), lambda now: bool(now["words"]), 15.0)
        assert (told["state"], told["words"]) == ("queued", "waiting for 1 job before it")
        assert (told["request"]["dataset"], told["request"]["title"]) == ("small", "quick")
        assert told["request"]["params"]["training"]["epochs"] == 7
        assert told["request"]["params"]["training"]["batch"] == Params().training.batch
        assert api.post(f"/v1/jobs/{job}/cancel").json()["state"] == "cancelled"

    def test_what_can_not_work_is_refused_with_all_the_reasons(self, empty: Client) -> None:
        recipe = {"training": {"epochs": 0, "batch": -3}, "model": {"size": 33}, "colour": {"a": 1}}
        sentence = said(empty.post("/v1/trainings", json={"dataset": "x", "params": recipe}), 422, "params")
        for field in ("training.epochs", "training.batch", "model.size", "colour", "no data set x"):
            assert sentence.count(field) == 1

    @pytest.mark.parametrize("name", ["nothing", "", "../data", "a/b", "\u0000", "x" * 5000])
    def test_a_data_set_that_is_not_there(self, empty: Client, name: str) -> None:
        answer = empty.post("/v1/trainings", json={"dataset": name})
        assert answer.status_code == 422, answer.text
        assert answer.json()["detail"].startswith("This can't be trained: ")

    @pytest.mark.parametrize(
        ("content", "status", "code"),
        [
            (b"", 400, "bad-json"),
            (b"{", 400, "bad-json"),
            (b"\xff", 400, "bad-json"),
            (b"[" * 100_000, 400, "bad-json"),
            (b"[]", 422, "request"),
            (b"{}", 422, "request"),
            (b'{"dataset": 3}', 422, "request"),
            (b'{"dataset": "\\ud800"}', 422, "request"),
            (b'{"dataset": "x", "params": []}', 422, "request"),
            (b'{"dataset": "x", "out": "/etc"}', 422, "request"),
            (b'{"dataset": "x", "params": {"training": 3}}', 422, "params"),
            (b'{"dataset": "x", "params": {"training": {"\\ud800": 3}}}', 422, "params"),
            (b'{"dataset": "x", "params": {"training": {"learning_rate": NaN}}}', 422, "params"),
            (b'{"dataset": "x", "params": {"training": {"learning_rate": 1e999}}}', 422, "params"),
            (b'"' + b"x" * 1_100_000 + b'"', 413, "too-large"),
        ],
    )
    def test_a_body_that_asks_for_nothing(
        self, empty: Client, content: bytes, status: int, code: str
    ) -> None:
        said(empty.post("/v1/trainings", content=content, headers=JSON), status, code)

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
    def test_what_a_page_of_another_site_could_send_starts_nothing(self, empty: Client, kind: str) -> None:
        headers = {"content-type": kind} if kind else {}
        said(empty.post("/v1/trainings", content=b'{"dataset": "x"}', headers=headers), 415, "media-type")

    def test_mutated_bodies_start_nothing(self, empty: Client) -> None:
        rng = np.random.default_rng(23)
        fields = {
            "dataset": "set",
            "params": {"training": {"epochs": 5}, "model": {"size": 320}},
            "title": "t",
        }
        whole = json.dumps(fields).encode()
        for _ in range(200):
            raw = bytearray(whole)
            for place in rng.integers(0, len(raw), rng.integers(1, 6)):
                raw[place] = rng.integers(256)
            answer = empty.post("/v1/trainings", content=bytes(raw), headers=JSON)
            assert answer.status_code in (400, 422), answer.text
            assert answer.json()["detail"].endswith(".")


def test_the_schema_and_its_page_have_every_route(empty: Client) -> None:
    schema = empty.get("/openapi.json").json()
    routes = {
        path: set(verbs) for path, verbs in schema["paths"].items() if "jobs" in path or "train" in path
    }
    assert routes == {
        "/v1/jobs": {"get"},
        "/v1/jobs/{job}": {"get", "delete"},
        "/v1/jobs/{job}/log": {"get"},
        "/v1/jobs/{job}/events": {"get"},
        "/v1/jobs/{job}/cancel": {"post"},
        "/v1/jobs/{job}/resume": {"post"},
        "/v1/trainings": {"post"},
    }
    train = schema["paths"]["/v1/trainings"]["post"]
    assert {"202", "400", "413", "415", "422", "503"} <= set(train["responses"])
    body = train["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["properties"]) == {"dataset", "params", "title"}
    assert "404" in schema["paths"]["/v1/jobs/{job}/cancel"]["post"]["responses"]
    page = empty.get("/docs").text
    assert all(path in page for path in routes)
    assert "curl -X DELETE" in page
