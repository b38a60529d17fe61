"""Disagreements: what two models answer differently, where each looks, and the way to Review."""

import json

import pytest

from app.components.experiments.disagreements import slices, table
from tests.support.compare_view import View

Ids = dict[str, str]
VIEW = "disagreements"


def test_it_says_how_many_runs_it_needs(compared_ids: Ids) -> None:
    assert "Choose two runs" in View(VIEW).text
    assert "Choose one more run" in View(VIEW, compared_ids["good"]).text


def test_it_counts_what_is_answered_differently_and_who_is_right(compared_ids: Ids) -> None:
    page = View(VIEW, compared_ids["good"], compared_ids["poor"])
    # good errs on the first person of each class, poor on every Normal: 4 Cysts and 16 Normals differ
    said = page.block("xc-lead")
    assert "<b>20 of 40</b> slices differently (50 %)" in said
    assert "on 16 of them" in said and "on 4, neither on 0" in said
    rows = page.block("Disagreements by class").split("<tr>")[2:]
    assert [row.count("Normal") for row in rows] == [2, 0]
    assert "<td>16</td><td>A</td>" in rows[0] and "<td>4</td><td>B</td>" in rows[1]


def test_slices_come_with_picture_truth_answers_and_block(compared_ids: Ids) -> None:
    page = View(VIEW, compared_ids["good"], compared_ids["poor"])
    items = page.mounted[0]["items"]
    assert len(items) == 20 <= slices.PAGE
    assert all(item["picture"].startswith("data:image/jpeg;base64,") for item in items)
    first = next(item for item in items if item["truth"]["label"] == "Normal")
    assert [(one["letter"], one["label"], one["percent"], one["right"]) for one in first["answers"]] == [
        ("A", "Normal", "80 %", True),
        ("B", "Stone", "70 %", False),
    ]
    assert first["group"].startswith("P") and first["id"] != items[1]["id"]


def test_one_kind_alone_can_be_shown(compared_ids: Ids) -> None:
    page = View(VIEW, compared_ids["good"], compared_ids["poor"])
    kinds = page.at.selectbox(key="d_kind").options
    assert kinds == [
        table.ALL,
        "Normal: A says Normal, B says Stone",
        "Cyst: A says Stone, B says Cyst",
    ]
    page.at.selectbox(key="d_kind").set_value(kinds[2])
    page.run()
    assert {item["truth"]["label"] for item in page.mounted[0]["items"]} == {"Cyst"}
    assert "1 to 4 of 4 slices" in page.text


def test_the_address_names_a_slice_and_both_heatmaps_are_drawn(compared_ids: Ids) -> None:
    page = View(VIEW, compared_ids["good"], compared_ids["poor"])
    last = page.mounted[0]["items"][-1]
    page = View(VIEW, compared_ids["good"], compared_ids["poor"], d_slice=last["id"][:12])
    assert page.mounted[0]["chosen"] == last["id"]
    assert last["group"] in page.block("xc-truth") and last["truth"]["label"] in page.block("xc-truth")
    pair = page.block("xc-pair")
    assert pair.count("<figure>") == 2 and pair.count("data:image/jpeg;base64,") == 2
    page.at.selectbox(key="d_map").set_value("Tumor")
    page.run()
    assert page.block("xc-pair").count("Where") == 2 and "for Tumor" in page.block("xc-pair")
    chances = page.block("xc-chances")
    assert "<b>80 %</b>" in chances and "<b>70 %</b>" in chances


def test_a_slice_that_is_no_disagreement_shows_the_first_one(compared_ids: Ids) -> None:
    for odd in ("0" * 12, "%\u202e"):
        page = View(VIEW, compared_ids["good"], compared_ids["poor"], d_slice=odd)
        assert page.mounted[0]["chosen"] == page.mounted[0]["items"][0]["id"]


def test_folds_answers_are_told_from_the_kept_models_heatmap(compared_ids: Ids) -> None:
    page = View(VIEW, compared_ids["poor"], compared_ids["folds"])
    said = page.block("xc-warn")
    assert "<b>B</b>" in said and "models of the folds" in said and "kept" in said and "<b>A</b>" not in said


def test_runs_that_always_agree_say_so(compared_ids: Ids) -> None:
    page = View(VIEW, compared_ids["good"], compared_ids["folds"])
    assert "All 40 slices that both answered have the same answer from both" in page.text
    assert not page.mounted


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("old", "Train it again with the same parameters"),
        ("foreign", "was made by another program"),
        ("live", "is still being trained"),
        ("other", "other classes"),
        ("far", "no slice in common"),
    ],
)
def test_what_is_missing_and_what_to_do(compared_ids: Ids, name: str, said: str) -> None:
    page = View(VIEW, compared_ids["good"], compared_ids[name])
    assert said in page.text and not page.mounted


def test_without_the_set_the_answers_are_still_there(compared_ids: Ids) -> None:
    page = View(VIEW, compared_ids["far"], compared_ids["farther"])
    assert "of 40</b> slices differently" in page.text
    assert {item["picture"] for item in page.mounted[0]["items"]} == {""}
    assert "the data set away is not here" in page.text and "Ingest the same data" in page.text
    assert not page.at.button


def test_of_more_runs_two_are_picked(compared_ids: Ids) -> None:
    three = [compared_ids[name] for name in ("good", "folds", "poor")]
    page = View(VIEW, *three)
    assert "have the same answer" in page.text
    page = View(VIEW, *three, d_second="C")
    assert "20 of 40" in page.text and page.mounted[0]["items"][0]["answers"][1]["letter"] == "C"
    page.at.segmented_control(key="d_first").set_value("C")
    page.run()
    assert "never disagrees with itself" in page.text


def test_a_link_to_a_run_that_is_no_longer_chosen_falls_back(compared_ids: Ids) -> None:
    three = [compared_ids[name] for name in ("good", "folds", "poor")]
    assert "have the same answer" in View(VIEW, *three, d_first="F", d_second="Z").text


def test_names_of_others_are_never_markup(compared_ids: Ids) -> None:
    page = View(VIEW, compared_ids["good"], compared_ids["long"])
    assert not page.tags() & {"script", "a"}
    assert all("onerror" not in one.value for one in page.at.caption)


def test_review_opens_with_the_slice_and_the_model(compared_ids: Ids) -> None:
    from tests.support.experiments_page import Experiments

    runs = ",".join(compared_ids[name][:8] for name in ("good", "poor"))
    page = Experiments(view="Disagreements", runs=runs)
    chosen = next(
        found["chosen"]
        for one in page.at.get("bidi_component")
        if "chosen" in (found := json.loads(one.proto.json)) and found.get("items")
    )
    page.press("d-review-B").sound()
    assert page.session.chosen == chosen
    assert [case.scan.digest for case in page.session.cases] == [chosen]
    assert page.session.cases[0].prediction.model.name == "poor"
    assert page.session.model.endswith("-000002-abcd") and page.address("model") == page.session.model


def test_a_model_that_is_gone_is_a_sentence_and_the_other_one_is_drawn(compared_ids: Ids) -> None:
    page = View(VIEW, compared_ids["good"], compared_ids["lost"])
    assert "can't be asked" in page.block("xc-pair")
    assert [button.key for button in page.at.button] == ["d-review-A"]
    assert any(one.value.startswith("B: ") for one in page.at.caption)


def test_a_link_to_a_kind_that_is_not_there_shows_all(compared_ids: Ids) -> None:
    page = View(VIEW, compared_ids["good"], compared_ids["poor"], d_kind="Cyst: A says no, B says yes")
    assert len(page.mounted[0]["items"]) == 20
