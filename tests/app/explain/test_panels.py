"""Maps that take their time: they wait, come, can be stopped, fail with a sentence, and are kept."""

import contextlib
import os
import signal
from typing import Any

import pytest

from app.components.explain import maps
from core.config.settings import settings
from core.explain.pool.pool import Task, shared, stop_shared
from tests.app.explain.conftest import Explain


@pytest.fixture
def cold() -> None:
    """The pool's process is still to start: what is asked of it waits for a while."""
    stop_shared()


def tasks(page: Explain) -> list[Task]:
    return page.at.session_state["explaining"].waiting


def told(page: Explain) -> list[dict[str, Any]]:
    """What the maps are told while they wait."""
    return page.mounted("panels", without="colours")["panels"]


def test_a_slow_map_waits_and_then_comes_without_moving_the_others(explain: Explain) -> None:
    page = explain.open("a.png")
    first = page.panels["closed-form"]
    page.choose("closed-form", "occlusion")
    slow = page.panels["occlusion"]
    assert slow["state"] == "wait" and slow["heat"] is None and slow["words"]
    assert page.panels["closed-form"] == first
    assert [one["key"] for one in told(page)] == ["closed-form", "occlusion"]
    page.settled()
    assert list(page.panels) == ["closed-form", "occlusion"]
    assert page.panels["occlusion"]["state"] in ("map", "flat") and not page.panels["occlusion"]["words"]
    # it is kept: away and back, another slice and back, nothing is worked out again
    before = page.panels
    page.choose("closed-form").choose("closed-form", "occlusion")
    assert page.panels == before and not tasks(page)
    page.go("about").open()
    assert page.panels == before and not tasks(page)


def test_another_slice_cancels_what_nobody_wants(explain: Explain, cold: None) -> None:
    page = explain.open("a.png", "b.png", e_methods=Explain.titles("occlusion"))
    old = tasks(page)
    assert [task.work.kind for task in old] == ["explain"]
    page.at.button(key="next").click().run()
    page.sound()
    assert old[0].state == "cancelled"
    assert len(tasks(page)) == 1 and tasks(page)[0] is not old[0]
    page.settled()


def test_stopped_it_says_so_and_can_be_tried_again(explain: Explain, cold: None) -> None:
    page = explain.open("a.png", e_methods=Explain.titles("occlusion"))
    stopped = tasks(page)[0]
    stopped.cancel()
    page.at.run()
    panel = page.sound().panels["occlusion"]
    assert panel["state"] == "over" and panel["words"] == "Stopped before it was done."
    page.at.run()
    assert not tasks(page)  # it isn't started again by itself
    page.at.session_state["explaining"].again(stopped)
    page.at.run()
    assert page.settled().panels["occlusion"]["state"] in ("map", "flat")


def test_a_process_that_dies_costs_a_sentence_and_a_retry(explain: Explain, cold: None) -> None:
    page = explain.open("a.png", e_methods=Explain.titles("closed-form", "occlusion"))
    dying = tasks(page)[0]
    while not dying.wait(0.01):
        if pid := shared(settings()).pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    page.at.run()
    panel = page.sound().panels["occlusion"]
    assert panel["state"] == "over" and "killed twice during Occlusion" in panel["words"]
    assert page.panels["closed-form"]["state"] == "map"
    page.at.session_state["explaining"].again(dying)
    page.at.run()
    assert page.settled().panels["occlusion"]["state"] in ("map", "flat")


@pytest.mark.parametrize(("moved", "kept"), [(0.8, 0.8), (-3, 0.0), (7, 1.0)])
def test_a_share_from_a_browser_is_kept_within_bounds(
    monkeypatch: pytest.MonkeyPatch, moved: float, kept: float
) -> None:
    monkeypatch.setattr(maps, "_told", lambda _: moved)
    assert maps._share("opacity") == kept


@pytest.mark.long
def test_layers_of_the_model_are_offered_with_their_grid_and_the_address_names_one(
    explain: Explain,
) -> None:
    page = explain.open("a.png", e_methods=Explain.titles("layer-cam"), e_layer="conv2d, 32 x 32")
    assert page.panels["layer-cam"]["state"] == "wait"
    # until the list is there, nothing is asked of a layer that may not be
    assert [task.work.kind for task in tasks(page)] == ["layers"]
    page.settled(120).settled(120)
    layers = page.at.selectbox(key="e_layer")
    assert layers.options[0] == "features, 8 x 8" and "conv2d, 32 x 32" in layers.options
    assert layers.value == "conv2d"
    assert page.panels["layer-cam"]["title"].endswith("conv2d")
    page = page.open(e_layer="block_99")
    page.settled(120)
    # a layer that this model hasn't is nobody's choice: the one before stays
    assert page.at.selectbox(key="e_layer").value == "conv2d"
    assert page.panels["layer-cam"]["title"].endswith("conv2d")
