"""The small pure parts under the pages, against values worked by hand."""

import pytest

from app import figures, reliability
from app.words import counted
from core.inference.words import percent

BINS = [
    {"low": 0.5, "high": 0.6, "count": 40, "accuracy": 0.55, "mean": 0.55},
    {"low": 0.8, "high": 0.9, "count": 120, "accuracy": 0.78, "mean": 0.84},
    {"low": 0.9, "high": 1.0, "count": 3, "accuracy": 1.0, "mean": 0.95},
]


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0 %"), (0.004, "< 1 %"), (0.006, "1 %"), (0.824, "82 %"), (0.996, "> 99 %"), (1, "100 %")],
)
def test_a_probability_is_whole_percents_and_never_a_false_certainty(share: float, said: str) -> None:
    assert percent(share) == said


def test_numbers_of_things() -> None:
    assert counted(1, "slice") == "1 slice"
    assert counted(0, "slice") == "0 slices"
    assert counted(12_000, "file") == "12,000 files"


def test_reliability_is_that_of_answers_like_this_one() -> None:
    said = reliability.sentence({"grouped_cv": {"reliability": BINS}}, 0.82)
    assert said is not None
    assert "120 test slices" in said and "80 % to 90 %" in said and "78 % were right" in said


@pytest.mark.parametrize("metrics", [{}, {"grouped_cv": None}, {"grouped_cv": {"reliability": BINS}}])
def test_nothing_is_said_where_too_little_was_measured(metrics: dict[str, object]) -> None:
    assert reliability.sentence(metrics, 0.95) is None


def test_a_figure_comes_with_its_interval_where_it_has_one() -> None:
    split = {
        "macro_f1": {"value": 0.64, "low": 0.58, "high": 0.70},
        "slices": 1000,
        "groups": 120,
        "folds": 5,
    }
    metrics = {"grouped_cv": split}
    assert figures.figure(metrics, "grouped_cv", "macro_f1") == figures.Figure(0.64, 0.58, 0.70)
    assert figures.figure(metrics, "grouped_cv", "accuracy") is None
    assert figures.figure(metrics, "random_cv", "accuracy") is None
    assert figures.size(metrics, "grouped_cv") == "1,000 slices of 120 patient blocks in 5 folds"
    assert figures.size(metrics, "random_cv") == ""
