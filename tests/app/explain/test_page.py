"""Explain as a person meets it: without slices, with some, by an address, on the way from Review and back."""

from dataclasses import replace
from html import escape
from pathlib import Path

import numpy as np
import pytest

from core.domain import Reason
from core.inference.words import percent
from core.models.bundle import load, write_card
from tests.app.conftest import png
from tests.app.explain.conftest import Explain
from tests.support import trainings


def test_without_slices_it_says_what_to_do_and_offers_it(explain: Explain) -> None:
    page = explain.open()
    assert "Nothing to explain yet" in page.text
    page.at.button(key="samples").click().run()
    page.answered()
    assert len(page.sound().session.cases) > 4
    assert page.panels["closed-form"]["state"] in ("map", "flat")


def test_slices_dropped_here_are_answered_here(explain: Explain) -> None:
    page = explain.open()
    page.upload(("words.txt", b"these are words"))
    assert page.at.expander[0].label == "1 file not read" and "Nothing to explain yet" in page.text
    page.upload(("a.png", png(1, 96)))
    assert len(page.sound().session.cases) == 1
    assert "closed-form" in page.panels


def test_an_address_that_asks_for_the_samples_gets_them(explain: Explain) -> None:
    page = explain.open(samples="1")
    page.answered()
    assert len(page.sound().session.cases) > 4


def test_the_closed_form_is_there_at_once_and_asks_nothing_of_the_pool(explain: Explain) -> None:
    page = explain.open("a.png")
    assert list(page.panels) == ["closed-form"]
    panel = page.panels["closed-form"]
    assert panel["state"] == "map" and panel["heat"].startswith("data:image/png;base64,")
    assert panel["peak"].startswith("peak ") and panel["peak"].endswith(" logits")
    assert page.maps["beside"] and page.maps["name"] == "a.png", "alone, beside its slice"
    label, probability = page.session.cases[0].prediction.top
    assert page.maps["zero"] == f"0: nothing speaks for {label}"
    assert "each map has its own peak" in page.maps["one"]
    assert label in page.text and percent(probability) in page.text
    assert all(task.work.kind != "explain" for task in page.at.session_state["explaining"].waiting)


def test_another_class_a_contrast_and_the_other_sign_are_other_maps(explain: Explain) -> None:
    page = explain.open("a.png")
    top = page.session.cases[0].prediction.top[0]
    first, second = [one for one in ("Cyst", "Normal", "Stone", "Tumor") if one != top][:2]
    heats = {page.panels["closed-form"]["heat"]}
    page.at.selectbox(key="e_class").set_value(first).run()
    assert page.maps["zero"] == f"0: nothing speaks for {first}"
    assert f"Explained: {first} " in page.sound().text
    heats.add(page.panels["closed-form"]["heat"])
    assert first not in page.at.selectbox(key="e_not").options
    page.at.selectbox(key="e_not").set_value(second).run()
    assert page.maps["zero"] == f"0: nothing speaks for {first} and not {second}"
    heats.add(page.panels["closed-form"]["heat"])
    page.at.toggle(key="e_turned").set_value(True).run()
    assert page.maps["zero"] == f"0: nothing speaks against {first} and not {second}"
    heats.add(page.panels["closed-form"]["heat"])
    assert len(heats) == 4
    # held against itself, a class has nothing to be explained
    page.at.selectbox(key="e_class").set_value(second).run()
    assert page.maps["zero"] == f"0: nothing speaks against {second}"
    page.sound()


def test_a_declined_slice_is_explained_and_said_to_mean_little(explain: Explain) -> None:
    page = explain.open("a.png")
    case = page.session.cases[0]
    why = Reason("not-ct", "This <b>picture</b> is no CT slice.")
    page.session.cases[0] = replace(case, prediction=replace(case.prediction, label=None, reasons=(why,)))
    page.at.run()
    assert escape(why.sentence) in page.sound().text and why.sentence not in page.text
    assert "they mean little" in page.text
    assert page.panels["closed-form"]["state"] == "map"


def test_a_slice_without_any_heat_says_so(explain: Explain) -> None:
    page = explain.open("a.png")
    case = page.session.cases[0]
    prediction = replace(case.prediction, maps=0 * case.prediction.maps)
    page.session.cases[0] = replace(case, prediction=prediction)
    page.at.run()
    panel = page.panels["closed-form"]
    assert panel["state"] == "flat" and panel["heat"] is None and panel["peak"] == ""
    assert panel["note"].startswith("No heat: nothing on this slice speaks for")


def test_heat_far_outside_the_body_is_said_on_the_picture(explain: Explain) -> None:
    page = explain.open("a.png")
    case = page.session.cases[0]
    inside, corner = np.zeros_like(case.prediction.maps), np.zeros_like(case.prediction.maps)
    inside[..., 3:5, 3:5], corner[..., 0, 0] = 1, 1
    for maps, said in ((inside, ""), (corner, " of its heat lies outside the body")):
        page.at.session_state["ex-astray"] = {}
        page.session.cases[0] = replace(case, prediction=replace(case.prediction, maps=maps))
        page.at.run()
        note = page.sound().panels["closed-form"]["note"]
        assert note.endswith(said) and bool(note) == bool(said)


@pytest.mark.parametrize(
    "address",
    [
        {"e_methods": ["no-such-method"]},
        {"e_methods": ["closed-form", "<script>"]},
        {"e_class": "Lung"},
        {"e_class": "<img src=x onerror=alert(1)>"},
        {"e_not": "Lung"},
        {"e_class": "Stone", "e_not": "Stone"},
        {"e_layer": "block_99"},
        {"e_show": "Upside down"},
        {"e_turned": "perhaps"},
        {"slice": "99"},
        {"slice": "-1"},
    ],
    ids=str,
)
def test_an_address_that_makes_no_sense_shows_what_is_usual(
    explain: Explain, address: dict[str, str]
) -> None:
    page = explain.open("a.png", **address)
    assert list(page.panels) == ["closed-form"]
    label = (
        address.get("e_class")
        if address.get("e_class") == "Stone"
        else page.session.cases[0].prediction.top[0]
    )
    assert page.maps["zero"] == f"0: nothing speaks for {label}"
    assert page.maps["mode"] == "Heat"
    assert "block_99" not in page.text


def test_more_methods_than_fit_are_cut_to_the_first_four(explain: Explain) -> None:
    five = ("closed-form", "occlusion", "kernel-shap", "saliency", "grad-cam")
    page = explain.open("a.png", e_methods=Explain.titles(*five))
    assert list(page.panels) == list(five[:4])
    for task in page.at.session_state["explaining"].waiting:
        task.cancel()


def test_leaving_and_coming_back_changes_nothing(explain: Explain) -> None:
    page = explain.open("a.png", "b.png", "c.png")
    page.at.button(key="next").click().run()
    page.at.selectbox(key="e_class").set_value("Tumor").run()
    page.at.segmented_control(key="e_show").set_value("Contours").run()
    before = page.maps
    page.go("about").open()
    assert page.maps == before
    assert "<b>2</b> / 3" in page.text and before["mode"] == "Contours"
    assert "lines at 0.5 and 0.8" in before["one"]


def test_why_leads_here_with_the_same_slice_and_back(explain: Explain) -> None:
    page = explain.open("a.png", "b.png", "c.png").go("review")
    page.at.button(key="next").click().run()
    page.at.button(key="why").click().run()
    assert page.sound().maps["words"].startswith("Slice b.png") and "<b>2</b> / 3" in page.text
    page.open().at.button(key="next").click().run()
    page.at.button(key="ex-back").click().run()
    assert "<b>3</b> / 3" in page.sound().text and page.at.button(key="why")


def test_clearing_on_review_forgets_the_maps_too(explain: Explain) -> None:
    page = explain.open("a.png")
    assert page.at.session_state["ex-pictures"]
    page.at.session_state["ex-notes"] = {"a digest": "what somebody wrote of a slice"}
    page.go("review").at.button(key="clear").click().run()
    assert not [key for key in ("explaining", "ex-notes", "ex-pictures") if key in page.at.session_state]
    assert "Nothing to explain yet" in page.open().text


def test_a_model_on_trial_is_explained_and_stays_on_the_way_back(
    explain: Explain, var: Path, tiny: Path
) -> None:
    trainings.bundle(tiny, var / "models" / "kidney-4" / "mine", "mine", grouped_cv=trainings.split(0.73))
    page = explain.open("a.png")
    page.open(model="kidney-4/mine")
    page.answered()
    assert "on trial, not the model in use: mine" in page.sound().text
    assert page.session.cases[0].prediction.model.name == "mine"
    assert page.panels["closed-form"]["state"] == "map"
    page.at.button(key="ex-back").click().run()
    assert page.at.query_params["model"] in ("kidney-4/mine", ["kidney-4/mine"])
    page.go("review").at.button(key="why").click().run()
    assert "on trial" in page.sound().text and page.panels


def test_a_model_with_other_classes_offers_its_own(explain: Explain, var: Path, tiny: Path) -> None:
    folder = var / "models" / "kidney-4" / "other"
    trainings.bundle(tiny, folder, "other", grouped_cv=trainings.split(0.73))
    labels = ("Abscess", "Fat", "Gas", "Water")
    write_card(folder, load(folder).card.model_copy(update={"labels": labels, "metrics": {}}))
    page = explain.open("a.png", e_class="Stone")
    assert page.at.selectbox(key="e_class").value == "Stone"
    page.at.query_params["model"] = "kidney-4/other"
    page.at.run()
    page.answered()
    assert page.sound().at.selectbox(key="e_class").options == ["Top class", *labels]
    top = page.session.cases[0].prediction.top[0]
    assert top in labels and page.maps["zero"] == f"0: nothing speaks for {top}"
    assert "e_class" not in page.at.query_params
