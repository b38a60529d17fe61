"""The same from a real MLflow server and a real PostgreSQL as from a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config.settings import Settings
from core.models.bundle import load
from core.tracking import logged_model, store
from core.tracking.registry import in_use
from core.tracking.registry.registry import Registry
from tests.support import postgres
from tests.tracking.conftest import in_a_fork, in_forks
from tests.tracking.registry.conftest import logged, promotion, told, variant
from tests.tracking.runs.test_servers import mlflow_server

pytestmark = pytest.mark.long


@pytest.fixture(params=["server", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "server":
        with mlflow_server(tmp_path) as found:
            yield found
        return
    programs = postgres.binaries()
    if programs is None:
        pytest.skip("PostgreSQL isn't installed (apt-get install postgresql)")
    with postgres.serving(tmp_path / "postgres", programs) as found:
        yield found


def test_two_machines_register_promote_and_follow(
    address: str, tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    one, two = (Settings(var=tmp_path / name) for name in ("one", "two"))
    here, there = Registry(one), Registry(two)
    runs = [logged(one, variant(tiny, tmp_path / f"bundle {name}", name), name) for name in ("a", "b")]
    client = store.client(one)
    experiment = client.get_run(runs[0].id).info.experiment_id
    logged_model.log(client, runs[0].id, experiment, tmp_path / "bundle a")

    assert in_forks([lambda: here.register(runs[0]), lambda: there.register(runs[0])]) == [0, 0]
    (first,) = here.versions()
    second = there.register(runs[1])
    assert second.number != first.number

    why = "besser für Zysten, " * 500
    here.decide(promotion(first.number, why=why, gate={"checks": ["ä" * 12_000]}), expect="")
    assert there.follow() is True
    place = in_use.read(two)["champion"]
    assert load(Path(place.folder)).digest == first.digest
    assert Path(place.folder).is_relative_to(two.var)
    (entry,) = there.history()
    assert entry.gate == {"checks": ["ä" * 12_000]}
    assert entry.why[:4_000] == why[:4_000]

    def elsewhere() -> None:
        import mlflow
        import numpy as np

        found = mlflow.pyfunc.load_model(f"models:/{one.model_name}@champion")
        assert found.metadata.metadata["version"] == "a"
        assert found.predict(np.zeros((2, 64, 64, 1), np.uint8)).shape == (2, 4)

    assert in_a_fork(elsewhere) == 0
    there.decide(promotion("", by="Ben", deed="rolled back"), expect=first.number)
    assert here.follow() is True
    assert in_use.read(one) == {}
    assert told(here)[0] == ("rolled back", "", first.number, "Ben")
