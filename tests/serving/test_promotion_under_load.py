"""Promotions while clients ask without a break: nothing fails, nothing is mixed, nobody waits for long.

The server is the one that `make run` starts, in a process of its own; what is promoted are two real
bundles that give the same slice different probabilities.
"""

import logging
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import pytest

from core.config.settings import Limits, Settings
from core.inference.batch import review
from core.inference.predictor import Predictor
from core.models.bundle import LITERT, load
from core.tracking.registry import in_use
from core.tracking.registry.in_use import Place
from tests.support.promoted import promote, shelved
from tests.support.scans import body, png
from tests.support.served import served

_log = logging.getLogger(__name__)
PICTURES = [png(body(seed=seed)) for seed in (1, 2, 3)]
FILES = [("files", (f"{n}.png", data)) for n, data in enumerate(PICTURES)]
WITHIN_S = 5.0
"""In which a promotion takes effect."""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> Settings:
    return Settings(var=tmp_path_factory.mktemp("var"), assets=tiny.parent, threads=1)


@pytest.fixture(scope="module")
def places(here: Settings, tiny: Path) -> dict[str, Place]:
    """Two champions to be, by their version."""
    return {name: shelved(tiny, here, name, 0.8 + int(name[1:])) for name in ("v1", "v2")}


@pytest.fixture(scope="module")
def right(here: Settings, places: dict[str, Place]) -> dict[str, list[list[float]]]:
    return answers_of([here.shipped_bundle, *(Path(place.folder) for place in places.values())])


def answers_of(folders: list[Path]) -> dict[str, list[list[float]]]:
    """By a bundle's digest, the probabilities of every picture."""
    found = {}
    for bundle in map(load, folders):
        answerer = Predictor(bundle, threads=1, interpreters=1)
        cases = review([(str(n), data) for n, data in enumerate(PICTURES)], answerer, Limits())
        found[bundle.digest] = [list(case.prediction.probabilities) for case in cases]
    flat = [values for answers in found.values() for values in answers]
    assert len(np.unique(np.round(flat, 6), axis=0)) == len(flat), "every model says something of its own"
    return found


@pytest.fixture(scope="module")
def server(here: Settings) -> Iterator[httpx.Client]:
    with served(here) as http:
        yield http


@dataclass
class Clients:
    """Who asks all the time, and what they were told."""

    http: httpx.Client
    right: dict[str, list[list[float]]]
    count: int = 4
    failed: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    models: list[tuple[float, str]] = field(default_factory=list)

    def __enter__(self) -> "Clients":
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(self.count)]
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for one in self._threads:
            one.join(30)

    def _ask(self) -> None:
        while not self._over.is_set():
            start = time.perf_counter()
            try:
                self._check(self.http.post("/api/v1/predict", files=FILES))
            except Exception as error:
                self.failed.append(repr(error))
            self.seconds.append(time.perf_counter() - start)

    def _check(self, answer: httpx.Response) -> None:
        assert answer.status_code == 200, answer.text
        said = answer.json()
        digests = {said["model"]["digest"], *(result["model"]["digest"] for result in said["results"])}
        assert len(digests) == 1, f"mixed: {digests}"
        (digest,) = digests
        given = [list(result["probabilities"].values()) for result in said["results"]]
        assert given == self.right[digest], "the probabilities are those of the model that is named"
        self.models.append((time.perf_counter(), digest))

    def answered_only_by(self, digest: str, since: float) -> float:
        """Seconds until the last answer of another model was given."""
        end = since + WITHIN_S
        while time.perf_counter() < end + 1.0:
            after = [(at, one) for at, one in list(self.models) if at > since]
            others = [at for at, one in after if one != digest]
            if after and after[-1][1] == digest and time.perf_counter() - max(others, default=since) > 0.3:
                return max(others, default=since) - since
            time.sleep(0.02)
        raise AssertionError("it did not take effect")


def digest(place: Place | None, here: Settings) -> str:
    return place.digest if place else load(here.shipped_bundle).digest


def health(server: httpx.Client) -> dict:
    answer = server.get("/api/health")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_promotions_and_rollbacks_under_load(
    server: httpx.Client, here: Settings, places: dict[str, Place], right: dict[str, list[list[float]]]
) -> None:
    with Clients(server, right) as clients:
        time.sleep(0.3)
        took = []
        for place in (places["v1"], places["v2"], places["v1"], None):
            promote(place, here)
            took.append(clients.answered_only_by(digest(place, here), time.perf_counter()))
            assert health(server)["model"]["digest"] == digest(place, here)
    assert clients.failed == []
    assert {one for _, one in clients.models} == set(right)
    assert max(took) < WITHIN_S
    middle, slowest = np.percentile(clients.seconds, [50, 99])
    assert slowest < max(10 * middle, 1.0)
    effect = ", ".join(f"{one:.2f}" for one in took)
    times = "p50 %.0f ms, p99 %.0f ms, longest %.0f ms"
    figures = (middle * 1e3, slowest * 1e3, max(clients.seconds) * 1e3)
    _log.info(f"%d requests, {times}, in effect after %s s", len(clients.seconds), *figures, effect)


def test_decisions_faster_than_models_can_be_loaded(
    server: httpx.Client, here: Settings, places: dict[str, Place], right: dict[str, list[list[float]]]
) -> None:
    with Clients(server, right) as clients:
        for n in range(40):
            promote([places["v1"], places["v2"], None][n % 3], here)
            time.sleep(0.01)
        promote(places["v2"], here)
        clients.answered_only_by(places["v2"].digest, time.perf_counter())
    assert clients.failed == []
    assert health(server)["registered"] == "2"


@pytest.mark.parametrize("what", ["a file of it is damaged", "it is deleted", "the note is garbage"])
def test_a_champion_that_is_lost_while_it_serves_costs_no_request(
    server: httpx.Client,
    here: Settings,
    places: dict[str, Place],
    right: dict[str, list[list[float]]],
    tmp_path: Path,
    what: str,
) -> None:
    folder, note = Path(places["v1"].folder), in_use.shelf(here) / in_use.FILE
    promote(places["v1"], here)
    with Clients(server, right) as clients:
        clients.answered_only_by(places["v1"].digest, time.perf_counter())
        if what.startswith("a file"):
            (folder / LITERT).rename(tmp_path / LITERT)
            (folder / LITERT).write_bytes((tmp_path / LITERT).read_bytes()[:-1] + b"x")
        elif what.startswith("it"):
            folder.rename(tmp_path / "folder")
        else:
            note.write_text('{"champion": {"version": "1", "dig')
        clients.answered_only_by(digest(None, here), time.perf_counter())
        said = health(server)
        assert (said["status"], said["alias"], said["registered"]) == ("ok", "shipped", None)
        assert "can't be" in said["fallback"] and "The shipped model answers instead." in said["fallback"]
        assert server.get("/api/v1/model").json()["fallback"] == said["fallback"]
        if what.startswith("a file"):
            (tmp_path / LITERT).replace(folder / LITERT)
        elif what.startswith("it"):
            shutil.move(tmp_path / "folder", folder)
        else:
            promote(places["v1"], here)
        clients.answered_only_by(places["v1"].digest, time.perf_counter())
    assert clients.failed == []
    assert health(server) | {"model": None} == {
        "status": "ok", "model": None, "alias": "champion", "registered": "1", "fallback": None,
    }  # fmt: skip


@pytest.mark.long
def test_what_people_decide_in_the_registry_under_load(
    tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way: runs with bundles, registered, promoted and rolled back through MLflow."""
    from core.tracking.registry.registry import Registry
    from core.tracking.registry.values import Entry
    from tests.tracking.registry.conftest import logged

    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    here = Settings(var=tmp_path / "var", assets=tiny.parent, threads=1)
    registry, sources = Registry(here), tmp_path / "sources"
    for name, temperature in (("one", 2.0), ("two", 3.0)):
        source = shelved(tiny, Settings(var=sources), name, temperature)
        registry.register(logged(here, Path(source.folder), name))
    digests = {"": digest(None, here)} | {one.number: one.digest for one in registry.versions()}
    right = answers_of([here.shipped_bundle, *(registry.bundle(one) for one in registry.versions())])
    took, before = [], ""
    with served(here) as server, Clients(server, right) as clients:
        for number, deed in (("1", "promoted"), ("2", "promoted"), ("1", "rolled back"), ("", "rolled back")):
            registry.decide(Entry(time.time(), deed, number, before, "Anna", "It is better."), before)
            took.append(clients.answered_only_by(digests[number], time.perf_counter()))
            assert health(server)["registered"] == (number or None)
            before = number
    assert clients.failed == []
    assert max(took) < WITHIN_S
