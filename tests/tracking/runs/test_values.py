"""Which figure a run is judged by, and which are marked as leaking."""

import math

import pytest

from core.tracking.runs.values import (
    Headline,
    Run,
    flattering,
    headline,
    honest_split,
    leaking,
    less_is_better,
)


def run(metrics: dict[str, float] | None = None, **tags: str) -> Run:
    named = {f"studio.{name}": value for name, value in tags.items()}
    return Run("1" * 32, "one", "kidney", "finished", metrics=metrics or {}, tags=named)


@pytest.mark.parametrize(
    ("tags", "split"),
    [
        ({"split": "grouped_cv"}, "grouped_cv"),
        ({"split": "grouped_test"}, "grouped_test"),
        ({"branch": "fold 1"}, "grouped_test"),
        ({}, ""),
        ({"split": "random_test"}, ""),
        ({"split": "grouped by nobody knows what"}, ""),
        ({"split": "grouped_cv", "leaks": "true"}, ""),
        ({"branch": "random split", "leaks": "true"}, ""),
    ],
)
def test_a_run_is_judged_on_patients_that_it_never_saw_or_not_at_all(
    tags: dict[str, str], split: str
) -> None:
    found = run({"test_macro_f1": 0.7, "test_macro_f1_low": 0.6}, **tags)
    assert honest_split(found) == split
    if split:
        told = headline(found)
        assert isinstance(told, Headline)
        assert (told.value, told.low, told.split) == (0.7, 0.6, split)
        assert math.isnan(told.high)
    else:
        assert headline(found) is None
    assert headline(run({"test_macro_f1": math.nan}, **tags)) is None


@pytest.mark.parametrize(
    ("metrics", "tags", "value"),
    [
        ({"random_macro_f1": 0.9, "test_macro_f1": 0.5}, {"split": "grouped_cv"}, 0.9),
        ({"test_macro_f1": 0.5}, {"split": "grouped_cv"}, None),
        ({"test_macro_f1": 0.9}, {"leaks": "true"}, 0.9),
        # a training's own part for the random split logs it by this name
        ({"random_macro_f1": 0.9, "val_macro_f1": 0.8}, {"leaks": "true", "branch": "random split"}, 0.9),
        ({"random_macro_f1": math.nan, "test_macro_f1": 0.8}, {"leaks": "true"}, 0.8),
        ({"random_macro_f1": math.inf}, {}, None),
    ],
)
def test_what_a_leaking_split_says_is_kept_apart(
    metrics: dict[str, float], tags: dict[str, str], value: float | None
) -> None:
    assert flattering(run(metrics, **tags)) == value


def test_metrics_are_told_apart_by_their_names() -> None:
    assert leaking("random_auc")
    assert leaking("test_auc", run(leaks="true"))
    assert not leaking("test_auc", run())
    assert less_is_better("val_Loss")
    assert not less_is_better("test_macro_f1")
