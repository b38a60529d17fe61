import time
from typing import Any

import pytest

from core.config.settings import Settings
from core.tracking import store
from core.tracking.registry import following, in_use
from core.tracking.registry.registry import Registry


def test_runs_are_shared_only_where_they_are_kept_elsewhere(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = store.uri(settings)
    for uri, shared in ((own, False), ("", False), ("http://runs", True), ("sqlite:////runs/runs.db", True)):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        assert following.shared(settings) is shared


def test_it_says_each_trouble_once_and_looks_less_often(
    three: Settings, client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger=following.__name__)
    follower = following.Follower(three)
    assert follower.look() == 3.0
    base = three.var / store.DATABASE
    base.rename(three.var / "away.db")
    assert [follower.look() for _ in range(5)] == [6.0, 12.0, 24.0, 30.0, 30.0]
    (three.var / "away.db").rename(base)
    assert follower.look() == 3.0
    client.set_registered_model_alias(three.model_name, "champion", "1")
    follower.look()
    follower.look()
    trouble, again, changed = [record.getMessage() for record in caplog.records]
    assert "mlflow.db" in trouble
    assert again == changed == "What answers here is what MLflow's aliases say."


@pytest.mark.long
def test_a_process_follows_and_ends_with_whoever_started_it(
    three: Settings, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the same database, as one that others may have too
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"{store.uri(three)}?timeout=5")
    client.set_registered_model_alias(three.model_name, "champion", "2")
    process = following.start(three)
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end and not in_use.read(three) and process.poll() is None:
            time.sleep(0.05)
        assert in_use.read(three)["champion"].version == "2"
        assert Registry(three).history()[0].deed == "set outside"
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
    assert "aliases say" in (three.var / "registry" / following.LOG).read_text()
