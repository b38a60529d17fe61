"""Aliases decide, whoever set them and whoever was killed on the way."""

import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from core.config.settings import Settings
from core.errors import StudioError
from core.tracking import store
from core.tracking.registry import cut_off, following, history, in_use, settling
from core.tracking.registry.registry import Registry
from core.tracking.runs.values import Run
from tests.tracking.conftest import in_a_fork, in_forks
from tests.tracking.registry.conftest import promotion, told

STEPS = ((settling, "write"), (settling, "point"), (in_use, "write"))


def dying_before(step: int, do: Callable[[], object]) -> Callable[[], None]:
    """Does something, and is killed before the given one of the calls that change anything."""

    def run() -> None:
        calls = iter(range(1, 100))

        def killing(original: Callable[..., Any]) -> Callable[..., Any]:
            def call(*given: Any, **more: Any) -> Any:
                if next(calls) == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                return original(*given, **more)

            return call

        for module, name in STEPS:
            setattr(module, name, killing(getattr(module, name)))
        do()

    return run


@pytest.fixture
def answering(registry: Registry) -> Registry:
    """Where v1 answers and v2 challenges."""
    registry.decide(promotion("1"), expect="")
    registry.decide(promotion("2", deed="challenger"), expect="1")
    return registry


@pytest.mark.parametrize(("step", "done"), [(2, False), (3, True), (4, True), (5, True)])
def test_a_promotion_that_is_killed_was_done_or_wasn_t(
    answering: Registry, three: Settings, client: Any, step: int, done: bool
) -> None:
    def promote() -> object:
        return answering.decide(promotion("2", by="Ben"), expect="1")

    before = told(answering)
    assert in_a_fork(dying_before(step, promote)) == -signal.SIGKILL
    assert in_use.read(three)["champion"].version == "1", "what servers read comes last"
    assert not cut_off.seen(three), "somebody may still be at it"
    mark = three.var / "registry" / ".deciding"
    if mark.exists():
        os.utime(mark, (0, 0))
        assert following.wanted(three)
    answering.follow()
    assert not following.wanted(three)
    now = "2" if done else "1"
    champion = answering.champion()
    assert champion is not None
    assert champion.number == now
    place = in_use.read(three)["champion"]
    assert (place.version, place.by) == ((now, "Ben") if done else ("1", "Anna"))
    assert told(answering) == ([("promoted", "2", "1", "Ben"), *before] if done else before)
    assert ("challenger" in in_use.read(three)) is not done
    tags = client.get_registered_model(three.model_name).tags
    assert not [text for text in tags.values() if '"open"' in text]
    assert answering.follow() is False
    if not done:
        promote()
        assert told(answering)[0] == ("promoted", "2", "1", "Ben")


def test_a_promotion_that_was_cut_off_is_settled_by_the_next_one_too(answering: Registry) -> None:
    def promote() -> object:
        return answering.decide(promotion("2", by="Ben"), expect="1")

    assert in_a_fork(dying_before(3, promote)) == -signal.SIGKILL
    with pytest.raises(StudioError, match=r"v2 that answers by now, and not v1\. Ben promoted it"):
        answering.decide(promotion("3"), expect="1")
    answering.decide(promotion("3", by="Cleo"), expect="2")
    assert told(answering)[:2] == [("promoted", "3", "2", "Cleo"), ("promoted", "2", "1", "Ben")]


def test_an_alias_set_elsewhere_is_followed_and_noted(
    answering: Registry, three: Settings, client: Any
) -> None:
    name = three.model_name
    client.set_registered_model_alias(name, "champion", "3")
    assert answering.follow() is True
    assert in_use.read(three)["champion"].version == "3"
    entry = answering.history()[0]
    assert (entry.deed, entry.version, entry.before, entry.by) == ("set outside", "3", "1", "another program")
    client.delete_registered_model_alias(name, "champion")
    client.delete_registered_model_alias(name, "challenger")
    assert answering.follow() is True
    assert in_use.read(three) == {}
    gone = answering.history()[:2]
    assert {(one.alias, one.version, one.before) for one in gone} == {
        ("champion", "", "3"),
        ("challenger", "", "2"),
    }
    assert answering.follow() is False


def test_a_champion_that_is_deleted_in_mlflow_leaves_the_shipped_model(
    answering: Registry, three: Settings, client: Any
) -> None:
    client.delete_model_version(three.model_name, "1")
    assert answering.champion() is None
    assert answering.follow() is True
    assert [*in_use.read(three)] == ["challenger"]
    assert told(answering)[0] == ("set outside", "", "1", "another program")


def test_a_registry_that_was_made_anew_is_followed_though_its_numbers_are_the_same(
    answering: Registry, three: Settings, client: Any, fourth: Run
) -> None:
    client.delete_registered_model(three.model_name)
    answering.register(fourth)
    client.set_registered_model_alias(three.model_name, "champion", "1")
    assert answering.follow() is True
    assert {alias: one.digest for alias, one in in_use.read(three).items()} == {"champion": fourth.bundle}


def test_a_champion_that_can_t_be_had_leaves_the_one_before_and_says_so_until_it_can(
    answering: Registry, three: Settings, client: Any, fourth: Run, artefacts: Callable[[Run], Path]
) -> None:
    version = answering.register(fourth)
    shutil.rmtree(answering.bundle(version))
    place = artefacts(fourth)
    place.rename(place.with_name("away"))
    client.set_registered_model_alias(three.model_name, "champion", version.number)
    client.set_registered_model_alias(three.model_name, "challenger", "3")
    for _ in range(2):
        with pytest.raises(StudioError, match=r"v4 is champion but can't answer here. The bundle .{8} can't"):
            answering.follow()
    assert {alias: one.version for alias, one in in_use.read(three).items()} == {
        "champion": "1",
        "challenger": "3",
    }
    place.with_name("away").rename(place)
    assert answering.follow() is True
    assert in_use.read(three)["champion"].version == "4"
    assert len([one for one in answering.history() if one.alias == "champion"]) == 2


def test_a_foreign_champion_leaves_the_one_before(answering: Registry, three: Settings, client: Any) -> None:
    client.create_model_version(three.model_name, "s3://somewhere/else")
    client.set_registered_model_alias(three.model_name, "champion", "4")
    with pytest.raises(StudioError, match=r"can't answer here\. v4 was registered by another"):
        answering.follow()
    assert in_use.read(three)["champion"].version == "1"
    assert answering.decide(promotion("3"), expect="4").before == "4"


def test_two_machines_with_one_database_follow_each_other(
    answering: Registry, three: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.uri(three))
    other = three.model_copy(update={"var": tmp_path / "other"})
    assert Registry(other).follow() is True
    assert in_use.read(other)["champion"].by == "Anna"
    assert Path(in_use.read(other)["champion"].folder).is_relative_to(other.var)
    Registry(other).decide(promotion("3", by="Ben"), expect="1")
    assert in_use.read(three)["champion"].version == "1"
    assert answering.follow() is True
    assert in_use.read(three)["champion"].by == "Ben"
    assert answering.follow() is Registry(other).follow() is False
    assert "set outside" not in [deed for deed, *_ in told(answering)]


def test_two_machines_that_promote_at_once_agree_in_the_end(
    answering: Registry, three: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.uri(three))
    several = [three, *(three.model_copy(update={"var": tmp_path / name}) for name in ("b", "c"))]

    def promote(here: Settings, version: str) -> Callable[[], None]:
        def do() -> None:
            # what it takes to be told of the other one in time, or to be the last one
            with suppress(StudioError):
                Registry(here).decide(promotion(version, by=version, at=time.time()), expect="1")

        return do

    assert in_forks([promote(here, version) for here, version in zip(several, "23", strict=False)]) == [0, 0]
    for here in several:
        Registry(here).follow()
    champion = answering.champion()
    assert champion is not None
    assert champion.number in ("2", "3")
    assert {in_use.read(here)["champion"].version for here in several} == {champion.number}
    assert answering.history()[0].version == champion.number
    assert {by for _, _, _, by in told(answering)} >= {"Anna", champion.number}
    assert [Registry(here).follow() for here in several] == [False] * 3


def test_what_another_machine_has_just_begun_is_left_to_it(
    answering: Registry, three: Settings, client: Any
) -> None:
    begun = history.line(promotion("3", at=time.time()), [], maker="elsewhere", name="abc")
    old = history.line(promotion("3", at=time.time() - 3_600), [], maker="elsewhere", name="def")
    for one in (begun, old):
        client.set_registered_model_tag(three.model_name, one.key, history.text(one))
    before = told(answering)
    assert answering.follow() is True
    tags = client.get_registered_model(three.model_name).tags
    assert begun.key in tags
    assert old.key not in tags, "cut off an hour ago"
    assert told(answering) == before
    client.set_registered_model_alias(three.model_name, "champion", "3")
    assert answering.follow() is True
    assert sorted(told(answering)) == sorted([("promoted", "3", "", "Anna"), *before])


def test_tags_that_can_t_be_read_are_passed_over(answering: Registry, three: Settings, client: Any) -> None:
    before = told(answering)
    for number, text in enumerate(("", "{", "[]", "null", '{"at": "x"}', '{"at": 1}')):
        client.set_registered_model_tag(three.model_name, f"studio.history.{number:06}.bad", text)
    client.set_registered_model_tag(three.model_name, "studio.history.", "{}")
    assert told(answering) == before
    assert answering.follow() is False


@pytest.mark.parametrize(
    "garbage",
    [
        "", "{", "[" * 100_000, '{"champion": 3}', '{"champion": {"folder": 1}}',
        '{"champion": {"version": "3", "digest": "d", "folder": 5, "since": 0, "by": "", "why": ""}}',
    ],
)  # fmt: skip
def test_a_local_file_that_nobody_understands_is_written_again(three: Settings, garbage: str) -> None:
    path = in_use.shelf(three) / in_use.FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(garbage)
    assert in_use.read(three) == {} and in_use.damaged(three)
    assert Registry(three).follow()
    assert json.loads(path.read_text()) == {}
    assert not in_use.damaged(three) and not Registry(three).follow()
