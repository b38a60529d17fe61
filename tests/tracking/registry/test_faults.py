"""A registry that is away, busy or none is a sentence, and what is in use goes on to be."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from core.config.settings import Settings
from core.errors import StorageError, StudioError
from core.tracking import store
from core.tracking.registry import in_use, locking
from core.tracking.registry import registry as registries
from core.tracking.registry.registry import Registry
from tests.support.bad_server import Answer, serving
from tests.tracking.registry.conftest import promotion

ASK = "/api/2.0/mlflow/registered-models/get?name=kidney-ct"


@pytest.fixture
def answering(registry: Registry) -> Registry:
    """Where v1 answers."""
    registry.decide(promotion("1"), expect="")
    return registry


def every_way(registry: Registry) -> list[Callable[[], object]]:
    return [
        registry.versions,
        registry.champion,
        registry.history,
        registry.follow,
        lambda: registry.version("1"),
        lambda: registry.decide(promotion("2"), expect="1"),
        lambda: registry.decide(promotion("", deed="rolled back"), expect="1"),
    ]


def test_a_database_that_is_away_is_a_sentence_and_isn_t_made(answering: Registry, three: Settings) -> None:
    before = in_use.read(three)
    (three.var / store.DATABASE).rename(three.var / "away.db")
    for ask in every_way(answering):
        with pytest.raises(store.AwayError, match=r"mlflow\.db"):
            ask()
    assert not (three.var / store.DATABASE).exists()
    assert in_use.read(three) == before, "a registry that is away isn't one that has no champion"
    (three.var / store.DATABASE).write_bytes(b"no database at all" * 100)
    with pytest.raises(store.AwayError, match="isn't a database of runs"):
        answering.follow()
    assert in_use.read(three) == before


def test_a_locked_database_is_a_sentence(
    answering: Registry, three: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # by itself SQLite waits for five seconds, several times over
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"{store.uri(three)}?timeout=0.1")
    base = sqlite3.connect(three.var / store.DATABASE, isolation_level=None)
    try:
        base.execute("begin exclusive")
        with pytest.raises(store.AwayError, match="is locked by another program"):
            answering.follow()
    finally:
        base.close()
    assert answering.decide(promotion("2"), expect="1").version == "2"


def test_a_server_without_a_registry_is_a_sentence(
    answering: Registry, three: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = in_use.read(three)
    with serving() as server:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", server.url)
        for ask in every_way(answering):
            with pytest.raises(StudioError, match="There is no registry of models at http://127") as caught:
                ask()
            assert caught.value.code == "no-registry"
        server.at(ASK, Answer(b'{"error_code": "PERMISSION_DENIED", "message": "no. "}', 403))
        with pytest.raises(StudioError, match=r"refuses: PERMISSION_DENIED: no\.$"):
            answering.follow()
        server.at(ASK, Answer(b"<html>", 200))
        with pytest.raises(store.AwayError):
            answering.follow()
        server.at(ASK, Answer(b'{"registered_model": {"name": "kidney-ct"}}', 200))
        assert answering.champion() is None, "a server that knows no aliases"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    with pytest.raises(store.AwayError, match="can't be reached"):
        answering.champion()
    assert in_use.read(three) == before


def test_somebody_who_is_at_it_for_too_long_is_a_sentence(
    answering: Registry, three: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registries, "_WAIT_S", 0.1)
    with (
        locking.locked(three.var / "registry" / ".lock", 1.0, ""),
        pytest.raises(StudioError, match="Somebody else is registering or promoting") as caught,
    ):
        answering.decide(promotion("2"), expect="1")
    assert caught.value.code == "busy"
    answering.decide(promotion("2"), expect="1")


def test_a_shelf_that_can_t_be_made_is_a_sentence(registry: Registry, three: Settings) -> None:
    (three.var / "registry").write_text("")
    with pytest.raises(StorageError, match="KCS_VAR"):
        registry.decide(promotion("1"), expect="")
    assert registry.champion() is None
    Path(three.var / "registry").unlink()
    assert registry.decide(promotion("1"), expect="").version == "1"
