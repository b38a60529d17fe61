"""Compare: honest figures first, what is different, and whether that is more than chance."""

import math

import pytest

from app.components.experiments.compare import blocks, columns
from app.experiments import comparing
from core.comparison.groups import Line
from tests.support import compared
from tests.support.compare_view import View

Ids = dict[str, str]


def test_it_says_how_many_runs_it_needs(compared_ids: Ids) -> None:
    assert "Choose two runs or more" in View("compare").text
    assert "Choose one more run" in View("compare", compared_ids["good"]).text


def test_the_headline_comes_first_with_interval_delta_and_what_chance_may_do(compared_ids: Ids) -> None:
    page = View("compare", compared_ids["good"], compared_ids["poor"])
    block = page.block("xc-headline")
    # 32 of 40 right: each class has precision 1 and recall 0.8, Stone and Tumor are not there
    assert '<span class="xc-best" title="best of these">0.889</span>' in block
    assert "<span>0.500</span>" in block and "\u22120.389" in block
    assert block.index("Macro F1") < block.index("Accuracy") < block.index("Brier score")
    verdict = page.block("xc-verdicts")
    assert "macro F1 <b>\u22120.389</b>" in verdict
    assert "larger than chance" in verdict and "40 slices of 10 patient blocks" in verdict
    assert page.text.index("xc-headline") < page.text.index("Parameters and environment")


def test_another_run_can_be_the_one_compared_with(compared_ids: Ids) -> None:
    page = View("compare", compared_ids["good"], compared_ids["poor"], m_base="B")
    block = page.block("xc-headline")
    assert "+0.389" in block and block.index("<b>B</b>") < block.index("<b>A</b>")
    assert "macro F1 <b>+0.389</b>" in page.block("xc-verdicts")
    page.at.segmented_control(key="m_base").set_value("A").run()
    assert "\u22120.389" in page.block("xc-headline")


def test_equal_answers_are_within_chance(compared_ids: Ids) -> None:
    verdict = View("compare", compared_ids["good"], compared_ids["folds"]).block("xc-verdicts")
    assert "macro F1 <b>0</b> (0 to 0): <b>within chance</b>" in verdict


def test_a_run_without_answers_says_why_chance_cannot_be_told_and_what_to_do(compared_ids: Ids) -> None:
    page = View("compare", compared_ids["good"], compared_ids["old"])
    verdict = page.block("xc-verdicts")
    assert "can't be told. B logged no answers slice by slice. Train B again" in verdict
    assert "0.889" in page.block("xc-headline")


def test_only_what_differs_is_shown_until_all_is_asked_for(compared_ids: Ids) -> None:
    page = View("compare", compared_ids["good"], compared_ids["poor"])
    table = page.block("training.learning_rate")
    assert "Learning rate" in table and "0.001" in table and "0.003" in table
    assert "model.backbone" not in table and "numpy" not in table
    page.at.toggle(key="m_all").set_value(True).run()
    table = page.block("training.learning_rate")
    assert "mobilenet_v2" in table and "numpy" in table and 'class="xc-section"' in table
    linked = View("compare", compared_ids["good"], compared_ids["poor"], m_all="true")
    assert "mobilenet_v2" in linked.block("training.learning_rate")


def test_a_leaking_figure_is_marked_and_never_the_headline(compared_ids: Ids) -> None:
    page = View("compare", compared_ids["good"], compared_ids["leaky"])
    block = page.block("xc-headline")
    assert 'random split 0.990 <em class="xc-leak">leaks</em>' in block
    assert "<span>0.990" not in block and 'xc-best" title="best of these">0.990' not in page.text
    assert "B was not measured on patients that it never saw" in page.block("xc-verdicts")
    assert '<em class="xc-leak">leaks</em>' in page.block("xc-cards")
    assert any(one.label == "Random split, leaking" for one in page.at.expander)


def test_runs_of_different_sets_say_so_before_any_figure(compared_ids: Ids) -> None:
    page = View("compare", compared_ids["good"], compared_ids["far"])
    warned = page.text.index("different data sets (mine, away): their figures say little")
    assert warned < page.text.index("xc-headline")


def test_a_foreign_run_has_its_metrics_compared_and_no_honest_figure(compared_ids: Ids) -> None:
    page = View("compare", compared_ids["foreign"], compared_ids["good"])
    others = page.block("test_accuracy")
    assert "0.97" in others and "loss" in others
    assert "<td>\u2013</td>" in page.block("xc-headline")
    assert "0.97" not in page.block("xc-headline")
    assert page.at.expander[-1].proto.expanded
    assert "<h3" in page.block("What they take for what")


def test_six_at_most_are_shown(compared_ids: Ids) -> None:
    page = View("compare", *[compared_ids[name] for name in compared_ids][:8])
    assert "8 runs are chosen; the first 6 are shown" in page.text
    assert page.block("xc-cards").count('class="xc-card') == 7  # the frame and six


def test_confusion_has_one_scale_and_a_difference_with_signs(compared_ids: Ids) -> None:
    page = View("compare", compared_ids["good"], compared_ids["poor"])
    tables = [one.value for one in page.at.get("html") if "xc-matrix" in one.value]
    assert len(tables) == 1 and tables[0].count("<figure") == 3, "the difference of two stands beside them"
    # of 20 Normals the first has 16 right, the second none
    assert "<b>B</b></span> less <span" in tables[0]
    assert ">\u221280</td>" in tables[0] and ">+80</td>" in tables[0] and ">+20</td>" in tables[0]
    assert 'title="\u221280 points: worse"' in tables[0]


def test_other_classes_leave_no_difference(compared_ids: Ids) -> None:
    page = View("compare", compared_ids["good"], compared_ids["other"])
    assert "B answers with other classes than A" in page.text
    assert "other classes" in page.block("xc-verdicts")


def test_curves_are_overlaid_and_one_class_can_be_chosen(compared_ids: Ids) -> None:
    page = View("compare", compared_ids["good"], compared_ids["poor"])
    assert len(page.at.get("plotly_chart")) == 3  # Cyst, Normal, reliability: the others have no slices
    page = View("compare", compared_ids["good"], compared_ids["poor"], m_class="Normal")
    assert len(page.at.get("plotly_chart")) == 2


def test_blocks_that_only_one_gets_right(compared_ids: Ids) -> None:
    page = View("compare", compared_ids["good"], compared_ids["poor"])
    said = page.block("patient blocks that both were asked about")
    # of five Normals the first gets four right and the second none; of five Cysts four and five
    assert "4 are right with both, 4 only with" in said and "1 only with" in said and "1 with neither" in said
    page.at.selectbox(key="m_blocks").set_value(blocks.SECOND).run()
    table = page.block("Patient blocks, side by side")
    assert table.count("<tr>") == 2 and "0 of 4" in table and "4 of 4" in table and "+100" in table


def test_names_of_others_are_never_markup_and_never_too_long(compared_ids: Ids) -> None:
    page = View("compare", compared_ids["good"], compared_ids["long"], compared_ids["foreign"])
    assert not page.tags() & {"img", "script", "a"}
    assert "*big* [a](http" not in "".join(one.value for one in page.at.caption)
    visible = page.block("xc-cards")
    assert (
        compared.NAME[:100].replace("<", "&lt;").replace(">", "&gt;") not in visible.split('">', 3)[-1][:90]
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.04, "+0.040"), (-0.0204, "\u22120.020"), (0.0001, "0"), (-0.0004, "0"), (math.nan, "\u2013"),
     (math.inf, "\u2013")],
)  # fmt: skip
def test_differences_have_their_sign(value: float, said: str) -> None:
    assert comparing.signed(value) == said


def test_a_block_is_right_with_more_than_half_of_its_slices() -> None:
    assert [blocks.right(one) for one in (None, 0.0, 0.5, 0.51, 1.0)] == [False] * 3 + [True] * 2


def test_the_worst_blocks_come_first() -> None:
    lines = [
        Line("p", "Cyst", (4, 4), (4, 4), (1.0, 1.0), 0.0),
        Line("q", "Cyst", (4, 4), (0, 2), (0.0, 0.5), 0.5),
        Line("r", "Cyst", (4, None), (2, None), (0.5, None), None),
    ]
    assert [line.group for line in blocks._ordered(lines, blocks.WORST)] == ["q", "r", "p"]
    assert blocks._ordered(lines, blocks.SECOND) == []


def test_a_name_is_cut_at_its_end() -> None:
    assert columns.short("x" * 500, 10) == "x" * 9 + "\u2026"
    assert columns.short("ten") == "ten"
