import dataclasses
import math

import pytest

from core.comparison import figures
from core.comparison.figures import TESTED, Measured
from tests.comparison.conftest import GOOD, GOOD_OF_SIX, POOR, POOR_OF_SIX, SIX, TRUTH, answered, details


def test_figures_stand_side_by_side_with_their_intervals_and_deltas() -> None:
    several = [details(answered(POOR)), details(answered(GOOD), number=2)]
    found = {one.name: one for one in figures.lines(several)}
    accuracy = found["accuracy"]
    assert [one.value for one in accuracy.values if one] == [0.5, 1.0]
    assert accuracy.deltas == (None, 0.5) and accuracy.best == 1 and not accuracy.leaks
    assert accuracy.values[0] is not None and accuracy.values[0].low <= 0.5 <= accuracy.values[0].high
    assert found["brier"].less and found["brier"].best == 1
    assert found["slices"].best is None
    assert found["recall of Cyst"].label == "Recall of Cyst"
    assert [one.value for one in found["recall of Cyst"].values if one] == [0.5, 1.0]


def test_the_first_is_what_others_are_held_against_even_where_it_has_nothing() -> None:
    several = [details(), details(answered(), number=2), details(answered(POOR), number=3)]
    line = figures.lines(several)[0]
    assert line.values[0] is None and line.deltas == (None, None, None) and line.best == 1


def test_of_a_tie_none_is_best() -> None:
    assert figures.lines([details(answered()), details(answered(), number=2)])[0].best is None


def test_without_scores_the_runs_own_metrics_count() -> None:
    metrics = {
        "test_macro_f1": 0.7,
        "test_macro_f1_low": 0.6,
        "test_macro_f1_high": 0.8,
        "test_auc": math.nan,
        "test_other": 1.0,
        "random_macro_f1": 0.99,
    }
    one = details(metrics=metrics)
    (line,) = figures.lines([one])
    assert (line.name, line.values) == ("macro_f1", (Measured(0.7, 0.6, 0.8),))
    (leaks,) = figures.lines([one], leaking=True)
    assert leaks.leaks and leaks.values[0] is not None and leaks.values[0].value == 0.99


@pytest.mark.parametrize("tags", [{"studio.split": ""}, {"studio.split": "random"}, {"studio.leaks": "true"}])
def test_what_was_not_measured_on_unseen_patients_is_no_such_figure(tags: dict[str, str]) -> None:
    one = details(metrics={"test_macro_f1": 0.9}, tags=tags)
    assert figures.lines([one]) == []


def test_a_leaking_run_is_shown_among_the_leaking_and_never_best() -> None:
    leaking = details(metrics={"test_macro_f1": 0.9}, tags={"studio.leaks": "true"})
    honest = details(metrics={"random_macro_f1": 0.8}, number=2)
    (line,) = figures.lines([leaking, honest], leaking=True)
    assert [one.value for one in line.values if one] == [0.9, 0.8] and line.best is None


def test_it_is_said_when_figures_are_not_of_the_same_slices() -> None:
    one = details(answered(), tags={"studio.manifest": "ab"})
    same = details(answered(POOR), number=2, tags={"studio.manifest": "ab"})
    assert figures.grounds([one, same]) == ""
    folds = details(answered(first=100), "grouped_cv", number=3, tags={"studio.manifest": "ab"})
    assert "over all folds" in figures.grounds([one, folds])
    assert figures.lines([one, folds])[0].best is None
    other = details(answered(first=100), number=4, tags={"studio.manifest": "cd"})
    assert "different data" in figures.grounds([one, other])
    moved = details(answered(first=3), number=5, tags={"studio.manifest": "ab"})
    assert "different slices" in figures.grounds([one, moved])
    assert figures.grounds([]) == "" and figures.grounds([details(), one]) == ""


def test_parts_of_a_training_that_logged_no_scores_have_their_own_figures() -> None:
    fold = details(split="", tags={"studio.branch": "fold 1"}, metrics={"test_macro_f1": 0.4})
    assert [one.value for one in figures.lines([fold])[0].values if one] == [0.4]
    tags = {"studio.branch": "random split", "studio.leaks": "true"}
    leaky = details(split="", tags=tags, metrics={"random_macro_f1": 0.9})
    assert figures.lines([leaky]) == []
    (line,) = figures.lines([leaky], leaking=True)
    assert line.leaks and [one.value for one in line.values if one] == [0.9]


def test_a_difference_that_is_in_every_block_is_larger_than_chance() -> None:
    """Each of six blocks has one of two slices right and then both: every draw says one half."""
    found = figures.difference(
        details(answered(POOR_OF_SIX, **SIX)), details(answered(GOOD_OF_SIX, **SIX), number=2), "accuracy"
    )
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)
    assert (found.word, found.slices, found.groups, found.better) == ("larger than chance", 12, 6, True)
    assert "+0.500" in found.sentence and "12 slices of 6 patient blocks" in found.sentence


def test_a_difference_in_one_block_of_six_is_within_chance() -> None:
    once = (*GOOD_OF_SIX[:-1], 0.9)
    found = figures.difference(
        details(answered(GOOD_OF_SIX, **SIX)), details(answered(once, **SIX), number=2), "accuracy"
    )
    assert found.value == pytest.approx(-1 / 12) and found.low < 0 <= found.high
    assert (found.word, found.better) == ("within chance", False)


def test_a_smaller_error_is_the_better_one() -> None:
    found = figures.difference(
        details(answered(POOR_OF_SIX, **SIX)), details(answered(GOOD_OF_SIX, **SIX), number=2), "brier"
    )
    assert found.value < 0 and found.better


def test_several_dealings_count_as_their_mean() -> None:
    """Right in one of two dealings and wrong in the other is half right."""
    both = (*GOOD_OF_SIX, *(1 - one for one in GOOD_OF_SIX))
    twice = details(answered(both, dealing=[0] * 12 + [1] * 12, **SIX), "grouped_cv")
    found = figures.difference(details(answered(GOOD_OF_SIX, **SIX), number=2), twice, "accuracy")
    assert (found.value, found.slices) == (-0.5, 12)


def test_only_slices_that_both_answered_count() -> None:
    fewer = details(answered(POOR_OF_SIX[:10], **SIX), number=2)
    found = figures.difference(details(answered(GOOD_OF_SIX, **SIX)), fewer, "accuracy")
    assert (found.slices, found.groups, found.value) == (10, 5, -0.5)


NOT_TOLD = {
    "no answers": (details(), "logged no answers"),
    "other slices": (details(answered(first=100)), "no slice in common"),
    "other classes": (details(answered(labels=("Cyst", "Tumor"))), "other classes"),
    "other labels": (details(answered(truth=TRUTH[::-1])), "other labels"),
    "one block": (details(answered(GOOD[:2])), "1 patient block, and it takes 5"),
    "four blocks": (details(answered(POOR)), "4 patient blocks, and it takes 5"),
    "leaking": (details(answered(), "random_test"), "never saw"),
    "a leaking run": (details(answered(), tags={"studio.leaks": "true"}), "never saw"),
}


@pytest.mark.parametrize(("other", "words"), NOT_TOLD.values(), ids=NOT_TOLD.keys())
def test_what_can_not_be_told_is_said(other: figures.Details, words: str) -> None:
    one = details(answered(), number=9)
    for first, second in ((one, other), (other, one)):
        found = figures.difference(first, second)
        assert found.word == "can't be told" and words in found.sentence and math.isnan(found.value)
        assert found.better is None


@pytest.mark.parametrize("figure", TESTED)
def test_a_run_against_itself_is_no_difference(figure: str) -> None:
    one = details(answered(POOR_OF_SIX, **SIX))
    found = figures.difference(one, dataclasses.replace(one), figure)
    assert (found.value, found.low, found.high, found.word, found.better) == (0, 0, 0, "within chance", None)


@pytest.mark.parametrize(
    "value", [None, "x", [], {}, True, 10**400, float("nan"), {"value": None}, {"value": {}}]
)
def test_figures_of_others_break_nothing(value: object) -> None:
    one = details(answered())
    one.scores["metrics"]["grouped_test"] = {"macro_f1": value, "per_class": {"a": value}, "accuracy": 0.5}
    assert [line.name for line in figures.lines([one])] == ["accuracy"]
    one.scores["metrics"]["grouped_test"] = {"per_class": value, "accuracy": 0.5}
    assert [line.name for line in figures.lines([one])] == ["accuracy"]


def test_an_unknown_figure_is_refused() -> None:
    with pytest.raises(ValueError, match="macro_f1"):
        figures.difference(details(answered()), details(answered()), "beauty")


def test_a_long_name_does_not_fill_the_sentence() -> None:
    one = details(name="x" * 500)
    assert len(figures.difference(one, details(answered(), number=2)).sentence) < 200
    assert dataclasses.replace(one, run=one.run).called.endswith("\u2026")
