import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from core.config.settings import ROOT, Settings
from core.errors import InputError, StudioError
from core.models.bundle import load
from core.tracking import logged_model, store
from core.tracking.registry import in_use
from core.tracking.registry.registry import Registry
from core.tracking.runs.values import Run
from tests.tracking.conftest import in_a_fork, in_forks
from tests.tracking.registry.conftest import promotion, told


def test_a_run_s_bundle_becomes_a_version_that_names_what_it_is(registry: Registry, runs: list[Run]) -> None:
    three, two, one = registry.versions()
    assert [one.number, two.number, three.number] == ["1", "2", "3"]
    assert (one.name, one.bundle, one.dataset, one.run) == ("tiny", "one", "kidney", runs[0].id)
    assert (one.digest, one.ref, one.aliases) == (runs[0].bundle, "v1", ())
    assert one.tags["studio.manifest"] == "m" * 64
    assert three.created >= two.created > 1.7e9


def test_registering_again_gives_the_same_version(registry: Registry, runs: list[Run]) -> None:
    assert registry.register(runs[1]).number == "2"
    assert len(registry.versions()) == 3


def test_several_processes_that_register_one_run_make_one_version(registry: Registry, fourth: Run) -> None:
    assert in_forks([lambda: registry.register(fourth)] * 3) == [0, 0, 0]
    assert [one.number for one in registry.versions()] == ["4", "3", "2", "1"]


def test_what_another_machine_registered_a_moment_before_is_the_one_that_stays(
    registry: Registry, fourth: Run, three: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.tracking.registry import registering, versions

    make = versions.made

    def at_once(run: Run, bundle: Any, settings: Settings) -> Any:
        make(run, bundle, settings)
        return make(run, bundle, settings)

    monkeypatch.setattr(registering.versions, "made", at_once)
    assert registry.register(fourth).number == "4"
    assert [one.number for one in registry.versions()] == ["4", "3", "2", "1"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": "running"}, "still goes on"),
        ({"archived": True}, "is archived"),
        ({"tags": MappingProxyType({})}, "made no bundle"),
        ({"tags": MappingProxyType({"studio.bundle": "../../etc/passwd"})}, "made no bundle"),
        ({"id": "0" * 32}, "isn't in MLflow any more"),
    ],
)
def test_what_can_t_be_registered_is_a_sentence(
    registry: Registry, runs: list[Run], changes: Any, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        registry.register(replace(runs[0], **changes))


def test_a_run_whose_bundle_never_arrived_is_a_sentence(
    registry: Registry, runs: list[Run], client: Any
) -> None:
    bare = client.create_run("0").info.run_id
    with pytest.raises(InputError, match="isn't among its artefacts"):
        registry.register(replace(runs[0], id=bare, name="<b>" * 200))


def test_a_name_that_mlflow_refuses_is_a_sentence(three: Settings, fourth: Run) -> None:
    wrong = three.model_copy(update={"model_name": "kidney/ct"})
    with pytest.raises(InputError, match="KCS_MODEL_NAME"):
        Registry(wrong).register(fourth)
    odd = Registry(three.model_copy(update={"model_name": 'it\'s "the" model'}))
    assert [odd.register(fourth).number, odd.register(fourth).number] == ["1", "1"]


def test_mlflow_itself_loads_the_champion(registry: Registry, three: Settings, fourth: Run) -> None:
    client = store.client(three)
    run = client.get_run(fourth.id)
    logged_model.log(client, fourth.id, run.info.experiment_id, registry.bundle(registry.register(fourth)))
    again = Registry(three.model_copy(update={"model_name": "other"}))
    again.register(fourth)
    again.decide(promotion("1"), expect="")

    def elsewhere() -> None:
        import mlflow
        import numpy as np

        mlflow.set_tracking_uri(store.uri(three))
        found = mlflow.pyfunc.load_model("models:/other@champion")
        assert found.metadata.metadata["version"] == "four"
        assert found.predict(np.zeros((2, 64, 64, 1), np.uint8)).shape == (2, 4)

    assert in_a_fork(elsewhere) == 0


def test_a_version_by_what_a_person_says(registry: Registry, runs: list[Run]) -> None:
    registry.decide(promotion("2"), expect="")
    registry.decide(promotion("3", deed="challenger"), expect="2")
    digest = runs[0].bundle or ""
    said = {"1": "1", "v2": "2", "V3": "3", " v3 ": "3", "champion": "2", "challenger": "3", digest[:8]: "1"}
    assert {ref: registry.version(ref).number for ref in said} == said


@pytest.mark.parametrize("ref", ["9", "v9", "", "v", "champion", "challenger", "zzzzzzzz", "-1", "x" * 500])
def test_a_version_that_isn_t_there_is_a_sentence_that_lists_what_is(registry: Registry, ref: str) -> None:
    with pytest.raises(InputError, match=r"v3, v2, v1") as caught:
        registry.version(ref)
    assert len(caught.value.sentence) < 200


def test_before_anything_is_registered(settings: Settings) -> None:
    registry = Registry(settings)
    assert registry.versions() == registry.history() == []
    assert registry.champion() is registry.challenger() is None
    assert registry.follow() is False
    with pytest.raises(InputError, match="None is registered yet"):
        registry.version("1")


def test_promotion_and_rollback(registry: Registry, three: Settings, client: Any) -> None:
    done = registry.decide(promotion("2"), expect="")
    assert (done.version, done.before, done.alias) == ("2", "", "champion")
    place = in_use.read(three)["champion"]
    assert (place.version, place.by, place.why, place.since) == ("2", "Anna", "better on cysts", done.at)
    assert load(Path(place.folder)).digest == place.digest == registry.version("v2").digest
    assert client.get_model_version_by_alias(three.model_name, "champion").version == 2
    registry.decide(promotion("3", by="Ben"), expect="2")
    registry.decide(promotion("", by="Cleo", deed="rolled back", why="too slow"), expect="3")
    assert registry.champion() is None
    assert in_use.read(three) == {}
    assert told(registry) == [
        ("rolled back", "", "3", "Cleo"),
        ("promoted", "3", "2", "Ben"),
        ("promoted", "2", "", "Anna"),
    ]


def test_a_challenger_that_is_promoted_challenges_no_more(registry: Registry, three: Settings) -> None:
    registry.decide(promotion("1"), expect="")
    registry.decide(promotion("2", deed="challenger"), expect="1")
    assert {alias: one.version for alias, one in in_use.read(three).items()} == {
        "champion": "1",
        "challenger": "2",
    }
    registry.decide(promotion("2"), expect="1")
    assert registry.challenger() is None
    assert [*in_use.read(three)] == ["champion"]
    assert registry.version("2").aliases == ("champion",)
    assert registry.follow() is False
    assert [deed for deed, *_ in told(registry)] == ["promoted", "challenger", "promoted"]


def test_the_gate_and_long_words_are_kept(registry: Registry) -> None:
    gate = {"candidate": "c" * 64, "checks": [{"sentence": "ä" * 9_000}]}
    said = promotion("1", by="B" * 900, why="warum\n\x00\ud800" * 3_000, gate=gate, overridden=("Size",))
    registry.decide(said, expect="")
    (kept,) = registry.history()
    assert kept.gate == gate
    assert kept.overridden == ("Size",)
    assert kept.by == "B" * 200
    assert kept.why.startswith("warum\n\x00?warum")
    assert 2_000 < len(kept.why) < 5_000
    assert kept.why.endswith("…")


def test_what_is_no_decision_is_a_sentence(registry: Registry, three: Settings) -> None:
    registry.decide(promotion("1"), expect="")
    for entry, said in (
        (promotion("1"), "v1 answers already"),
        (promotion("1", deed="challenger"), "is the champion"),
        (promotion("", deed="challenger"), "No version challenges already"),
        (promotion("9"), 'no registered version "9"'),
    ):
        with pytest.raises(InputError, match=said):
            registry.decide(entry, expect="1")
    assert len(registry.history()) == 1
    assert in_use.read(three)["champion"].version == "1"


def test_of_two_who_promote_at_once_one_wins_and_the_other_is_told(
    registry: Registry, three: Settings, tmp_path: Path
) -> None:
    def promote(version: str, by: str) -> Callable[[], None]:
        def do() -> None:
            try:
                registry.decide(promotion(version, by=by), expect="")
            except StudioError as error:
                assert error.code == "changed"
                (tmp_path / by).write_text(error.sentence)

        return do

    names = {"1": "Anna", "2": "Ben", "3": "Cleo"}
    assert in_forks([promote(version, by) for version, by in names.items()]) == [0, 0, 0]
    champion = registry.champion()
    assert champion is not None
    assert in_use.read(three)["champion"].version == champion.number
    assert told(registry) == [("promoted", champion.number, "", names[champion.number])]
    sentences = [(tmp_path / by).read_text() for by in names.values() if (tmp_path / by).exists()]
    assert len(sentences) == 2
    for sentence in sentences:
        assert f"It is v{champion.number} that answers by now, and not the shipped model." in sentence
        assert f"{names[champion.number]} promoted it: better on cysts." in sentence


def test_what_other_programs_register_is_listed_and_can_t_answer(
    registry: Registry, three: Settings, client: Any
) -> None:
    for tags in ({}, {"studio.bundle": "../../etc"}):
        client.create_model_version(three.model_name, "s3://somewhere/else", tags=tags)
    foreign = registry.version("v4")
    assert (foreign.ours, foreign.digest, foreign.run) == (False, "", "")
    assert [one.number for one in registry.versions()] == ["5", "4", "3", "2", "1"]
    for number in ("4", "5"):
        with pytest.raises(StudioError, match="has no bundle"):
            registry.decide(promotion(number), expect="")
    assert registry.champion() is None


def test_the_registry_is_loaded_without_mlflow() -> None:
    script = (
        "import sys, core.tracking.registry.registry, core.tracking.registry.following; print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded & {"mlflow", "sqlalchemy", "tensorflow", "keras", "streamlit", "ai_edge_litert"} == set()
