"""Parameters and metrics as axes: numbers, words, what is missing, what differs."""

import math
from collections.abc import Mapping

import pytest

from app.experiments import dimensions
from core.tracking.runs.values import Run


def runs(*several: Mapping[str, str], metrics: tuple[Mapping[str, float], ...] = ()) -> list[Run]:
    logged = metrics or ({},) * len(several)
    return [
        Run(f"{at:032x}", f"run {at}", "kidney", "finished", parameters=own, metrics=logged[at])
        for at, own in enumerate(several)
    ]


def test_only_parameters_that_differ_are_axes_and_numbers_are_numbers() -> None:
    found = dimensions.parameters(runs({"lr": "1e-3", "seed": "0"}, {"lr": "0.001", "seed": "1"}))
    assert [(one.name, one.values) for one in found] == [("seed", (0.0, 1.0))]


def test_words_are_categories_in_their_order() -> None:
    (one,) = dimensions.parameters(runs({"net": "vgg"}, {"net": "cnn"}, {"net": "vgg"}))
    assert one.categories == ["cnn", "vgg"] and one.numbers == [1.0, 0.0, 1.0] and not one.numeric


def test_a_number_among_words_is_a_word() -> None:
    (one,) = dimensions.parameters(runs({"stop": "3"}, {"stop": "never"}))
    assert one.values == ("3", "never")


def test_what_a_run_lacks_is_no_number_or_a_category_of_its_own() -> None:
    number, word = dimensions.parameters(runs({"a": "1", "b": "x"}, {}))
    assert math.isnan(number.numbers[1]) and word.values == ("x", dimensions.ABSENT)
    assert not number.telling


def test_of_many_names_none_is_read() -> None:
    (one,) = dimensions.parameters(runs(*({"id": f"x{i}"} for i in range(30))))
    assert not one.telling


@pytest.mark.parametrize(
    ("name", "values", "wide"),
    [
        ("learning_rate", ("1e-4", "1e-2"), True), ("dropout", ("0.005", "0.6"), False),
        ("units", ("1", "4096"), True), ("learning_rate", ("0", "1e-2"), False),
        ("decay", ("-1", "5"), False),
    ],
)  # fmt: skip
def test_what_spans_much_is_over_powers_of_ten(name: str, values: tuple[str, str], wide: bool) -> None:
    (one,) = dimensions.parameters(runs(*({name: value} for value in values)))
    assert one.wide is wide


def test_metrics_without_any_number_are_no_axes() -> None:
    logged = (
        {"f1": 0.5, "bad": math.nan, "endless": 1.7976931348623157e308},
        {"f1": math.inf, "bad": math.nan},
    )
    (one,) = dimensions.metrics(runs({}, {}, metrics=logged))
    assert one.name == "f1" and one.numbers[0] == 0.5 and math.isnan(one.numbers[1])


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["val_macro_f1", "test_macro_f1", "test_accuracy"], "test_macro_f1"),
        (["train_loss", "val_loss"], "val_loss"), (["val_macro_f1", "test_accuracy"], "val_macro_f1"),
        (["zz", "aa"], "aa"),
    ],
)  # fmt: skip
def test_the_metric_that_runs_are_judged_by(names: list[str], told: str) -> None:
    logged = (dict.fromkeys(names, 0.5),)
    assert dimensions.telling(dimensions.metrics(runs({}, metrics=logged))) == told
