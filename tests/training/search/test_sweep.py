from typing import Any

import pytest
from pydantic import ValidationError

from core.config.params import Params, checked
from core.training.search.sweep import Sweep, changed, is_whole, searchable

GOOD = {"training.learning_rate": {"low": 1e-4, "high": 1e-2, "log": True}}


def test_a_search_over_numbers_and_choices() -> None:
    space = {
        **GOOD,
        "training.optimizer": {"choices": ["adam", "sgd"]},
        "training.batch": {"low": 8, "high": 64},
    }
    found = Sweep.model_validate({"trials": 3, "space": space})
    assert found.space["training.optimizer"].choices == ("adam", "sgd")
    assert is_whole("training.batch") and not is_whole("training.learning_rate")


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "at least 1 item"),
    "unknown": ({"training.speed": {"low": 1, "high": 2}}, "no parameter that can be searched"),
    "the split": ({"split.seed": {"low": 1, "high": 2}}, "no parameter that can be searched"),
    "the way to fit": ({"training.fit": {"choices": ["epochs"]}}, "no parameter that can be searched"),
    "nothing to choose": ({"training.optimizer": {}}, "give choices, or a low below a high"),
    "turned round": ({"training.batch": {"low": 64, "high": 8}}, "low below a high"),
    "both": ({"training.batch": {"low": 8, "high": 9, "choices": [8]}}, "not both"),
    "no logarithm": ({"training.mixup": {"low": 0, "high": 1, "log": True}}, "no logarithm"),
    "no number": ({"training.optimizer": {"low": 0, "high": 1}}, "is no number"),
    "words for numbers": ({"training.batch": {"choices": ["many"]}}, "needs numbers"),
    "out of range": ({"training.learning_rate": {"low": 1e-3, "high": 99}}, "goes above 0 to 10"),
    "a choice out of range": ({"training.epochs": {"choices": [5, 0]}}, "goes from 1 to 1000"),
    "a field too many": ({"training.batch": {"low": 8, "high": 9, "step": 1}}, "Extra inputs"),
}


@pytest.mark.parametrize(("space", "words"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_searched_is_said(space: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Sweep.model_validate({"space": space})


def test_all_that_is_wrong_is_said_at_once() -> None:
    space = {"training.speed": {"low": 1, "high": 2}, "training.batch": {"low": 0, "high": 9}}
    with pytest.raises(ValidationError) as caught:
        Sweep.model_validate({"space": space})
    assert "training.speed" in str(caught.value) and "training.batch goes" in str(caught.value)


def test_a_trial_is_the_recipe_with_its_values() -> None:
    found = checked(changed(Params(), {"training.learning_rate": 0.01, "augmentation.copies": 0}))
    assert (found.training.learning_rate, found.augmentation.copies) == (0.01, 0)
    assert found.model == Params().model


def test_what_may_be_searched_leaves_the_measure_alone() -> None:
    assert {one.section for one in searchable()} == {"model", "augmentation", "training", "declining"}
