"""Interface and API on one port, served for real as `make run` serves them."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from core.config.settings import ROOT, Settings
from core.jobs import records, runner
from tests.jobs.conftest import WORKER, kill, until
from tests.support.scans import body, png
from tests.support.served import served


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="module")
def server(tiny: Path, var: Path) -> Iterator[httpx.Client]:
    with served(Settings(assets=tiny.parent, var=var)) as http:
        yield http


def test_the_interface_is_at_the_root(server: httpx.Client) -> None:
    page = server.get("/")
    assert page.status_code == 200
    assert "<title>" in page.text


def test_the_api_is_beside_it(server: httpx.Client) -> None:
    answer = server.post("/api/v1/predict", files=[("files", ("a.png", png(body())))])
    assert sum(answer.json()["results"][0]["probabilities"].values()) == pytest.approx(1)


def test_its_addresses_know_where_they_are_mounted(server: httpx.Client) -> None:
    assert server.get("/api", follow_redirects=True).url.path == "/api/docs"
    assert "/api/v1/predict" in server.get("/api/docs").text
    assert server.get("/api/openapi.json").json()["servers"] == [{"url": "/api"}]
    missing = server.get("/api/nothing")
    assert missing.status_code == 404
    assert "/api/docs" in missing.json()["detail"]


def test_a_large_body_arrives_whole(server: httpx.Client) -> None:
    parts = [("files", (f"{n}.bin", os.urandom(8_000_000))) for n in range(5)]
    results = server.post("/api/v1/predict", files=parts).json()["results"]
    assert len(results) == 5
    assert all("error" in result for result in results)


def test_a_job_that_vanishes_is_settled_by_the_server_though_nobody_looks(
    server: httpx.Client, var: Path, tmp_path: Path
) -> None:
    request = {"do": "sleep", "trace": str(tmp_path / "trace")}
    job = runner.start(WORKER, request, Settings(var=var), "training")
    path = f"/api/v1/jobs/{job.id}"
    until(lambda: server.get(path).json()["phase"], lambda phase: phase == "Sleep", 15.0)
    kill(job)
    place = var / "jobs" / job.id
    found = until(lambda: records.stored(place), lambda now: now.finished, 15.0)
    assert (found.state, found.lost) == ("failed", True)
    assert server.delete(path).status_code == 204


def test_streamlits_own_settings_are_honoured(server: httpx.Client) -> None:
    import tomllib

    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["server"]["maxUploadSize"] > 0
    assert server.get("/_stcore/health").text == "ok"
    assert json.loads(server.get("/_stcore/host-config").text)
