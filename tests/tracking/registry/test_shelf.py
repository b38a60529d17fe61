"""Bundles come whole or not at all."""

import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.config.settings import Settings
from core.errors import StorageError, StudioError
from core.jobs import records
from core.jobs.job import Job
from core.models import neighbours
from core.models.bundle import KERAS, LITERT, load
from core.models.neighbours import Neighbour
from core.tracking.registry import in_use, shelf
from core.tracking.registry.registry import Registry
from core.tracking.runs.values import Run
from tests.support.disks import small_disk
from tests.tracking.conftest import in_a_fork, in_forks
from tests.tracking.registry.conftest import logged, promotion, variant

JOB = "20240101-000000-000000-abcd"


def lying(settings: Settings) -> list[str]:
    """What lies on the shelf but empty locks."""
    return sorted(one.name for one in shelf.shelf(settings).iterdir() if not one.name.endswith(".lock"))


def test_a_bundle_is_fetched_once_and_mended_where_it_is_damaged(
    registry: Registry, three: Settings, fourth: Run, artefacts: Callable[[Run], Path]
) -> None:
    version = registry.register(fourth)
    path = registry.bundle(version)
    assert path == three.var / "registry" / version.digest
    assert load(path).digest == version.digest
    (path / LITERT).write_bytes(b"damaged")
    assert load(registry.bundle(version)).digest == version.digest
    (path / KERAS).unlink()
    assert load(registry.restore(version)).digest == version.digest
    shutil.rmtree(artefacts(fourth))
    assert registry.bundle(version) == path, "it needs nobody any more"
    with pytest.raises(StudioError, match="can't be fetched"):
        registry.restore(version)
    assert load(path).digest == version.digest, "what is there is better than nothing"


@pytest.mark.parametrize("damage", ["gone", "file gone", "damaged", "another"])
def test_artefacts_that_are_no_use_are_a_sentence(
    registry: Registry,
    three: Settings,
    fourth: Run,
    artefacts: Callable[[Run], Path],
    damage: str,
    tiny: Path,
) -> None:
    version = registry.register(fourth)
    shutil.rmtree(registry.bundle(version))
    place = artefacts(fourth)
    if damage == "file gone":
        (place / KERAS).unlink()
    elif damage == "damaged":
        (place / KERAS).write_bytes(b"damaged")
    else:
        shutil.rmtree(place)
    if damage == "another":
        variant(tiny, place, "another")
    with pytest.raises(StudioError, match=f"The bundle {version.digest[:8]} can't be fetched: ") as caught:
        registry.bundle(version)
    assert caught.value.code == "bundle-gone"
    assert lying(three) == []


@pytest.mark.parametrize("same", [True, False])
def test_the_job_s_own_bundle_is_taken_only_where_it_is_the_same(
    registry: Registry, three: Settings, fourth: Run, tiny: Path, tmp_path: Path, same: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    source = tmp_path / "four" if same else variant(tiny, tmp_path / "changed", "changed")
    folder = three.var / "jobs" / JOB
    folder.mkdir(parents=True)
    records.keep(folder, Job(id=JOB, worker="x", state="succeeded", result={"bundle": str(source)}))
    asked = []
    download = shelf._downloaded
    monkeypatch.setattr(shelf, "_downloaded", lambda *given: (asked.append(1), download(*given)))
    path = shelf.fetched(fourth.bundle or "", fourth.id, JOB, three)
    assert load(path).digest == fourth.bundle
    assert asked == ([] if same else [1])


@pytest.mark.parametrize("local", [True, False])
def test_a_champion_still_says_which_slices_its_neighbours_are(
    registry: Registry, three: Settings, tiny: Path, tmp_path: Path, local: bool
) -> None:
    """Whether its bundle is taken from the job that made it or from MLflow."""
    source = variant(tiny, tmp_path / "named", "named")
    learnt = [Neighbour(f"{number:064x}", "Cyst", "S1", "P1") for number in range(40)]
    neighbours.save(source, learnt)
    run = logged(three, source, "named")
    if local:
        folder = three.var / "jobs" / JOB
        folder.mkdir(parents=True)
        records.keep(folder, Job(id=JOB, worker="x", state="succeeded", result={"bundle": str(source)}))
        run = replace(run, tags={**run.tags, "studio.job": JOB})
    version = registry.register(run)
    registry.decide(promotion(version.number), expect="")
    place = in_use.read(three)["champion"]
    assert neighbours.read(load(Path(place.folder)), 40) == tuple(learnt)


def test_a_fetch_that_is_killed_leaves_nothing_in_use_and_is_cleared_away(
    registry: Registry, three: Settings
) -> None:
    one, two = registry.version("1"), registry.version("2")

    def killed(when: str) -> Callable[[], None]:
        def do() -> None:
            def die(*given: Any) -> None:
                os.kill(os.getpid(), signal.SIGKILL)

            setattr(shelf, when, die)
            registry.bundle(one)

        return do

    for when in ("_downloaded", "whole", "settle", "put"):
        assert in_a_fork(killed(when)) == -signal.SIGKILL
        assert not shelf.place(one.digest, three).exists()
    assert lying(three) == [f".{one.digest}.part"]
    registry.bundle(two)
    assert lying(three) == [two.digest], "another one's fetch clears it away"
    registry.bundle(one)
    assert load(shelf.place(one.digest, three)).digest == one.digest


def test_several_processes_fetch_the_same_at_once(registry: Registry, three: Settings) -> None:
    version = registry.version("1")
    assert in_forks([lambda: registry.bundle(version), lambda: registry.restore(version)] * 2) == [0] * 4
    assert lying(three) == [version.digest]
    assert load(shelf.place(version.digest, three)).digest == version.digest


@pytest.mark.parametrize("local", [True, False])
def test_a_full_disk_is_a_sentence_and_leaves_nothing(
    three: Settings, fourth: Run, tmp_path: Path, local: bool
) -> None:
    with small_disk(three.var / "registry", kilobytes=40):
        folder = three.var / "jobs" / JOB
        folder.mkdir(parents=True)
        result = {"bundle": str(tmp_path / "four")}
        records.keep(folder, Job(id=JOB, worker="x", state="succeeded", result=result))
        with pytest.raises(StorageError, match="The disk is full"):
            shelf.fetched(fourth.bundle or "", fourth.id, JOB if local else "", three)
        assert lying(three) == []
