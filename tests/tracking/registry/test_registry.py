from pathlib import Path
from typing import Any

from core.config.settings import Settings
from core.models.bundle import load
from core.tracking.registry import in_use
from core.tracking.registry.registry import Registry
from tests.tracking.registry.conftest import promotion


def test_a_run_s_bundle_becomes_a_version_that_names_what_it_is(registry: Registry, made: Any) -> None:
    three, two, one = registry.versions()
    assert [one.number, two.number, three.number] == ["1", "2", "3"]
    assert (one.name, one.bundle, one.dataset, one.run) == ("tiny", "one", "kidney", made[1][0].id)
    assert one.tags["studio.manifest"] == "m" * 64
    assert one.ours
    assert one.ref == "v1"
    assert one.aliases == ()


def test_registering_again_gives_the_same_version(registry: Registry, made: Any) -> None:
    again = registry.register(made[1][1])
    assert again.number == "2"
    assert len(registry.versions()) == 3


def test_promotion_and_rollback(registry: Registry, three: Settings, client: Any) -> None:
    assert registry.champion() is None
    done = registry.decide(promotion("2"), expect="")
    assert (done.version, done.before, done.alias) == ("2", "", "champion")
    place = in_use.read(three)["champion"]
    assert (place.version, place.by, place.why) == ("2", "Anna", "better on cysts")
    assert load(Path(place.folder)).digest == place.digest == registry.version("v2").digest
    assert client.get_model_version_by_alias(three.model_name, "champion").version == 2
    registry.decide(promotion("3", by="Ben"), expect="2")
    registry.decide(promotion("", by="Cleo", deed="rolled back", why="too slow"), expect="3")
    assert registry.champion() is None
    assert in_use.read(three) == {}
    told = [(one.deed, one.version, one.before, one.by) for one in registry.history()]
    assert told == [
        ("rolled back", "", "3", "Cleo"),
        ("promoted", "3", "2", "Ben"),
        ("promoted", "2", "", "Anna"),
    ]
