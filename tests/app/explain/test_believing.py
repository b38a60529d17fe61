"""Believe it?: what is waited for, what was measured, what is flat and what failed, each in words."""

import time
from pathlib import Path

import numpy as np
import pytest

from app.components.explain import believing_curves, believing_tables
from app.explain.explaining import Explaining
from core.config.settings import settings
from core.explain import kept
from core.explain.faithfulness.agreement import Agreement
from core.explain.faithfulness.checked import Checked, Sanity
from core.explain.faithfulness.values import Curve
from core.explain.faithfulness.words import FLAT
from core.explain.pool.pool import Task
from core.explain.pool.works import Work
from core.models.bundle import load
from tests.app.explain import flat
from tests.app.explain.conftest import Explain

VIEW = "Believe it?"


def measured(page: Explain, seconds: float = 60.0) -> Explain:
    """Draw the page until all maps and their measures are there."""
    end = time.monotonic() + seconds
    while 'class="ex-level"' not in page.text or page.at.session_state["explaining"].waiting:
        assert time.monotonic() < end
        time.sleep(0.1)
        page.at.run()
    return page.sound()


@pytest.fixture
def waiting(explain: Explain, monkeypatch: pytest.MonkeyPatch) -> Task:
    """A measure that is under way."""
    task = Task(Work("trust", Path("bundle"), "d", {}))
    task.move(0.4, "the check of the map")
    monkeypatch.setattr(Explaining, "trust", lambda *_: task)
    return task


def test_a_map_is_measured_and_said_in_words(explain: Explain) -> None:
    page = measured(explain.open("a.png", e_view=VIEW))
    assert "Grad-CAM, closed form" in page.text
    assert "where disease is" in page.text.split("ex-about")[1], "a verdict on the map, not on the disease"
    assert "of its heat lies outside the body" in page.text
    assert "of 10 random maps as smooth as it is" in page.text or "the curves can't tell" in page.text
    assert "the randomisation check (Adebayo et al. 2018) runs once a model" in page.text
    assert any(one in page.text for one in ("Can be believed", "With caution", "Not to be relied on"))
    assert page.at.expander[0].label == "Numbers"
    assert len(page.at.get("plotly_chart")) == 2


def test_several_methods_are_held_against_each_other(explain: Explain) -> None:
    page = explain.open("a.png", e_view=VIEW, e_methods=explain.titles("closed-form", "occlusion"))
    page = measured(page)
    assert "Do the methods agree?" in page.text
    assert page.text.count('class="ex-level"') == 2
    assert "Other methods shown here" in page.text


def test_what_is_under_way_says_how_far_it_is_and_can_be_stopped(explain: Explain, waiting: Task) -> None:
    page = explain.open("a.png", e_view=VIEW)
    assert 'class="ex-level"' not in page.text
    assert page.at.get("progress")[0].proto.text == "the check of the map, 40 %"
    next(one for one in page.at.button if one.label == "Stop").click().run()
    page.sound()
    assert waiting.state == "cancelled"
    assert "Stopped before it was done" in page.text


def test_what_failed_is_a_sentence_and_another_try(explain: Explain, waiting: Task) -> None:
    waiting.finish("failed", error="The process that explains ended unexpectedly. Try again.")
    page = explain.open("a.png", e_view=VIEW)
    assert "The process that explains ended unexpectedly" in page.text
    assert any(one.label == "Try again" for one in page.at.button)
    assert 'class="ex-level"' not in page.text


def test_a_flat_map_is_called_flat_and_asks_nothing_of_the_pool(
    explain: Explain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Explaining, "trust", lambda *_: pytest.fail("a flat map isn't measured"))
    page = flat.arrive(explain, VIEW)
    assert "No map" in page.text
    assert FLAT.split(":")[0] in page.text


def test_a_verdict_says_which_sign_it_is_about(explain: Explain, waiting: Task) -> None:
    page = explain.open("a.png", e_view=VIEW)
    assert "Measured is what speaks for" not in page.text
    page.at.toggle(key="e_turned").set_value(True).run()
    assert "Measured is what speaks for" in page.sound().text
    page.at.segmented_control(key="e_view").set_value("Deletion film").run()
    assert "Measured is what speaks for" in page.sound().text


def test_a_failed_randomisation_check_is_the_first_thing_said(explain: Explain, tiny: object) -> None:
    bundle = load(settings().shipped_bundle)
    failed = Checked((1.0, 0.9), (1.0, 0.9), 6)
    values = Sanity(("the head", "the last quarter"), {"closed-form": failed}, 6, 0).to_json()
    file = kept.keep(bundle, settings(), kept.SANITY, values)
    try:
        page = measured(explain.open("a.png", e_view=VIEW))
    finally:
        file.unlink()
    assert "Not to be relied on" in page.text
    first, rest = page.text.split("<ul>")[0], page.text
    assert "hardly change when the model" in first
    assert "fails" in rest and "to the last quarter" in rest


def test_curves_are_told_to_who_hears_the_page() -> None:
    curve = Curve(np.array([0.0, 0.5, 1.0]), np.array([0.8, 0.2, 0.2]), np.zeros((3, 2)))
    said = believing_curves.spoken("Blurred", curve, np.array([0.3, 0.5]))
    assert "0%: 80 %" in said and "50%: 20 %" in said and "Area 0.35" in said and "0.30 to 0.50" in said
    assert "none" in believing_curves.spoken("Blurred", curve, np.zeros(0))


def test_without_random_maps_only_the_curve_is_drawn() -> None:
    curve = Curve(np.array([0.0, 1.0]), np.array([0.8, 0.2]), np.zeros((2, 2)))
    made = believing_curves.figure(curve, curve.shares, np.zeros((0, 2)), at=0.5)
    assert [one.name for one in made.data] == ["this map", "here"]
    assert list(made.data[1].y) == [50.0]


def test_a_tables_texts_are_shown_as_they_are() -> None:
    made = believing_tables.table(["<b>x</b>"], [["<script>alert(1)</script>", "a & b"]])
    assert "<script>" not in made and "<b>" not in made
    assert "a &amp; b" in made


def test_one_map_alone_needs_no_table() -> None:
    assert believing_tables.agreement(Agreement(("saliency",), np.ones((1, 1)), np.ones((1, 1)))) is None
