"""The deletion film: frames, words, the player, and what there is without a film."""

import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from app.components.explain import film
from app.explain.explaining import Explaining
from app.explain.film import frame
from core.explain.blurred import blurred
from core.explain.cam import explanation
from core.explain.faithfulness.curves import SHARES
from core.explain.faithfulness.values import Curve
from core.explain.pool.pool import Task
from core.explain.pool.works import Work
from core.explain.values import Target
from core.models.bundle import load
from tests.app.explain import flat
from tests.app.explain.conftest import Explain

VIEW = "Deletion film"


def running(page: Explain, seconds: float = 60.0) -> Explain:
    """Draw the page until the film is there."""
    end = time.monotonic() + seconds
    while 'class="ex-film-frame"' not in page.text:
        assert time.monotonic() < end
        time.sleep(0.1)
        page.at.run()
    return page.sound()


def said(page: Explain) -> str:
    return next(one.value for one in page.at.get("html") if 'class="ex-film-said"' in one.value)


def picture(page: Explain) -> str:
    return next(one.value for one in page.at.get("html") if 'class="ex-film-frame"' in one.value)


def test_it_starts_with_the_slice_and_goes_to_any_share(explain: Explain) -> None:
    page = running(explain.open("a.png", e_view=VIEW))
    assert "The slice as the model sees it" in said(page)
    before = picture(page)
    page.at.select_slider(key="ex-film-at").set_value(0.1).run()
    page.sound()
    assert "The hottest 10 % of the slice are blurred" in said(page)
    assert picture(page) != before
    page.at.select_slider(key="ex-film-at").set_value(1.0).run()
    assert "All of the slice is blurred" in said(page)


def test_the_other_way_begins_with_the_blurred_slice(explain: Explain) -> None:
    page = running(explain.open("a.png", e_view=VIEW, e_film="Sharpen the hottest first"))
    assert "The slice, wholly blurred" in said(page)
    page.at.select_slider(key="ex-film-at").set_value(0.1).run()
    assert "The hottest 10 % of the slice are sharp, the rest is blurred" in said(page)


def test_it_plays_pauses_and_stops_with_the_last_frame(explain: Explain) -> None:
    page = running(explain.open("a.png", e_view=VIEW))
    page.at.button(key="ex-film-play").click().run()
    assert page.at.button(key="ex-film-play").label == "Pause"
    first = page.at.session_state["ex-film-at"]
    page.at.run()
    assert page.at.session_state["ex-film-at"] > first
    page.at.button(key="ex-film-play").click().run()
    assert page.at.button(key="ex-film-play").label == "Play"
    paused = page.at.session_state["ex-film-at"]
    page.at.run()
    assert page.at.session_state["ex-film-at"] == paused
    page.at.button(key="ex-film-play").click().run()
    for _ in SHARES:
        page.at.run()
    assert page.at.button(key="ex-film-play").label == "Play"
    assert page.at.session_state["ex-film-at"] == 1.0
    page.at.button(key="ex-film-play").click().run()
    assert page.at.session_state["ex-film-at"] < 0.1, "it starts anew"


def test_another_map_can_be_chosen(explain: Explain) -> None:
    titles = explain.titles("closed-form", "occlusion")
    page = running(explain.open("a.png", e_view=VIEW, e_methods=titles))
    page.at.segmented_control(key="ex-film-map").set_value(titles[1]).run()
    running(page)
    assert page.at.segmented_control(key="ex-film-map").value == titles[1]


@pytest.mark.parametrize("state", ["running", "failed"])
def test_without_curves_there_is_progress_or_a_sentence(
    explain: Explain, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    task = Task(Work("trust", Path("bundle"), "d"))
    task.move(0.25, "the check of the map")
    if state == "failed":
        task.finish("failed", error="The process that explains ended unexpectedly.")
    monkeypatch.setattr(Explaining, "trust", lambda *_: task)
    page = explain.open("a.png", e_view=VIEW)
    assert 'class="ex-film-frame"' not in page.text
    wanted = "Stop" if state == "running" else "Try again"
    assert any(one.label == wanted for one in page.at.button)


def test_a_flat_map_has_no_film(explain: Explain) -> None:
    page = flat.arrive(explain, VIEW)
    assert "There is no heat to take away" in page.text


def test_a_frame_has_the_share_blurred_and_the_rest_as_it_was(explain: Explain, tiny: object) -> None:
    page = explain.open("a.png")
    case = page.session.cases[0]
    made = explanation(case.prediction, Target(case.prediction.top[0]))
    asked = SimpleNamespace(case=case, bundle=load(tiny))
    whole = frame(asked, made, "deletion", 0.0)
    soft = np.rint(blurred(whole))
    np.testing.assert_array_equal(frame(asked, made, "deletion", 1.0), soft)
    np.testing.assert_array_equal(frame(asked, made, "insertion", 0.0), soft)
    np.testing.assert_array_equal(frame(asked, made, "insertion", 1.0), whole)
    half = frame(asked, made, "deletion", 0.5)
    assert ((half == whole) | (half == soft)).all()
    hot = made.square(len(whole))
    gone = half != whole
    if gone.any():
        assert hot[gone].min() >= hot[half != soft].min()


@pytest.mark.parametrize("way", ["deletion", "insertion"])
@pytest.mark.parametrize("share", SHARES)
def test_every_frame_has_words(way: film.Way, share: float) -> None:
    asked = SimpleNamespace(target=Target("Stone", "Cyst"))
    curve = Curve(np.array([0.0, 1.0]), np.array([0.8, 0.2]), np.zeros((2, 2)))
    words = film.spoken(asked, curve, way, share)
    assert "Stone (against Cyst) has" in words and words.endswith(".")
