"""Which metrics share a plot, by the names that programs give them."""

import pytest

from app.experiments import panels


@pytest.mark.parametrize(
    ("name", "base", "role"),
    [
        ("val_loss", "loss", "validation"), ("validation_loss", "loss", "validation"),
        ("train_loss", "loss", "training"), ("train/loss", "loss", "training"),
        ("eval/f1", "f1", "validation"), ("Training Loss", "Loss", "training"),
        ("valid.acc", "acc", "validation"),
        ("loss", "loss", ""), ("value", "value", ""), ("trained", "trained", ""), ("val_", "val_", ""),
        ("test_macro_f1", "test_macro_f1", ""), ("", "", ""),
    ],
)  # fmt: skip
def test_sides_are_known_by_the_beginning_of_a_name(name: str, base: str, role: str) -> None:
    assert panels.side(name) == (base, role)


def test_one_side_brings_the_other_and_validation_comes_first() -> None:
    known = ["train_loss", "val_loss", "learning_rate"]
    for asked in ("train_loss", "val_loss"):
        (made,) = panels.panels([asked], known, paired=True)
        assert made.title == "loss" and made.paired
        assert made.metrics == (("val_loss", "validation"), ("train_loss", "training"))


def test_both_sides_asked_for_are_one_plot_and_two_unpaired() -> None:
    asked = ["val_loss", "train_loss", "val_loss"]
    assert len(panels.panels(asked, asked, paired=True)) == 1
    assert [one.title for one in panels.panels(asked, asked, paired=False)] == ["val_loss", "train_loss"]


def test_keras_calls_the_trainings_side_plainly_loss() -> None:
    (made,) = panels.panels(["loss"], ["loss", "val_loss"], paired=True)
    assert made.metrics == (("val_loss", "validation"), ("loss", "training"))


def test_programs_that_spell_it_otherwise_are_set_against_each_other() -> None:
    (made,) = panels.panels(["val_loss"], ["val_loss", "validation_loss", "train_loss"], paired=True)
    assert len(made.metrics) == 3


def test_a_metric_alone_keeps_its_name_and_one_that_is_not_there_is_left_out() -> None:
    (made,) = panels.panels(["val_macro_f1", "gone"], ["val_macro_f1"], paired=True)
    assert made.title == "val_macro_f1" and not made.paired
    assert panels.panels(["gone"], [], paired=False) == []


@pytest.mark.parametrize(
    ("metrics", "usual"),
    [
        (["train_loss", "val_loss", "val_macro_f1", "val_accuracy", "rate"], ["val_loss", "val_macro_f1"]),
        (["train_loss", "valid_loss", "valid_accuracy"], ["valid_loss", "valid_accuracy"]),
        (["loss", "val_loss", "acc"], ["val_loss"]),
        (["train_loss", "train_accuracy"], ["train_loss", "train_accuracy"]),
        (["accuracy", "loss"], ["loss", "accuracy"]),
        (["b", "a", "c"], ["a", "b"]), (["only"], ["only"]), ([], []),
    ],
)  # fmt: skip
def test_loss_and_macro_f1_are_drawn_or_what_comes_nearest(metrics: list[str], usual: list[str]) -> None:
    assert panels.usual(metrics) == usual


@pytest.mark.parametrize(
    ("metric", "told"),
    [("val_loss", True), ("test_macro_f1", True), ("ECE", True), ("learning_rate", False), ("slices", False)],
)  # fmt: skip
def test_only_what_says_how_good_a_model_is_has_a_best(metric: str, told: bool) -> None:
    assert panels.judged(metric) is told
