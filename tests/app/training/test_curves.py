"""Curves: what is drawn, what is marked, and that it stays light."""

import pytest

from app.components.training import curves
from core.training import history
from tests.support import trainings

LOSS, RIGHT, RATE = curves.PLOTS


def branch(count: int, **more: object) -> list[history.Epoch]:
    (found,) = history.read(trainings.epochs(count, **more)).values()  # type: ignore[arg-type]
    return found


def test_validation_is_drawn_whole_and_training_dashed() -> None:
    drawn = {one.name: one for one in curves.figure(LOSS, {"": branch(8)}).data}
    assert drawn["validation"].line.dash == "solid"
    assert drawn["training, dashed"].line.dash == "dash"
    assert list(drawn["validation"].x) == list(range(1, 9))


def test_the_best_epoch_and_the_border_of_the_stages_are_marked() -> None:
    epochs = branch(20)
    best = max(one.number for one in epochs if one.best)
    made = curves.figure(RIGHT, {"": epochs})
    (mark,) = (one for one in made.data if one.mode == "markers")
    assert list(mark.x) == [best] and mark.name == f"best: epoch {best}"
    (border,) = made.layout.shapes
    assert border.x0 == 5.5
    assert made.layout.annotations[0].text == "head | tuning"


def test_without_tuning_there_is_no_border() -> None:
    assert not curves.figure(RIGHT, {"": branch(4)}).layout.shapes


def test_a_random_split_says_that_it_leaks_wherever_it_is_drawn() -> None:
    random = branch(6, branch="random split")
    several = curves.figure(RIGHT, {"": branch(6), "random split": random})
    assert [one.name for one in several.data] == ["this training", "random split (leaks)"]
    alone = curves.figure(RIGHT, {"random split": random})
    assert all("leaks" in one.name for one in alone.data if one.mode == "lines")


def test_several_branches_are_a_line_each() -> None:
    folds = {f"fold {n}": branch(5, branch=f"fold {n}") for n in range(12)}
    drawn = curves.figure(LOSS, folds).data
    assert [one.name for one in drawn] == list(folds)
    assert all(one.line.width < 2 for one in drawn)


@pytest.mark.parametrize(("epochs", "lines"), [(1000, 1), (1000, 3), (5000, 3), (100_000, 2), (1, 1), (0, 3)])
def test_no_plot_has_more_points_than_a_browser_likes(epochs: int, lines: int) -> None:
    each = curves.step(epochs, lines)
    assert each >= 1
    assert epochs * lines / each <= curves.MOST


def test_thinned_curves_keep_the_best_and_the_last_epoch() -> None:
    epochs = branch(1999, of=3000)
    made = curves.figure(RIGHT, {"": epochs})
    line = next(one for one in made.data if one.name == "macro F1, validation")
    best = max(one.number for one in epochs if one.best)
    assert len(line.x) < 1000 and {1, best, 1999} <= set(line.x)
    assert sum(len(one.x) for one in made.data) <= curves.MOST + 3 * len(made.data)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, "broken", -float("inf")])
def test_what_is_no_number_is_a_gap(value: object) -> None:
    epochs = [
        history.Epoch(n, 3, "head", {"val_loss": value if n == 2 else 0.5})  # type: ignore[dict-item]
        for n in (1, 2, 3)
    ]
    (line,) = curves.figure(LOSS, {"": epochs}).data
    assert list(line.y) == [0.5, None, 0.5]


def test_a_learning_rate_that_falls_to_nothing_ends_on_the_axis_and_two_stages_span_powers_of_ten() -> None:
    epochs = [history.Epoch(n, 2, "head", {"learning_rate": rate}) for n, rate in ((1, 1e-3), (2, 0.0))]
    head = curves.figure(RATE, {"": epochs})
    assert list(head.data[0].y) == [1e-3, 0.0]
    assert (head.layout.yaxis.type, head.layout.yaxis.rangemode) == (None, "tozero")
    tuned = curves.figure(RATE, {"": [*epochs, history.Epoch(3, 3, "tuning", {"learning_rate": 3e-5})]})
    assert tuned.layout.yaxis.type == "log"


def test_a_figure_that_grows_keeps_what_a_person_zoomed_to() -> None:
    first, later = (curves.figure(LOSS, {"": branch(count)}) for count in (2, 9))
    assert first.layout.uirevision == later.layout.uirevision
    assert first.layout.height == later.layout.height


def test_names_of_branches_are_no_markup() -> None:
    made = curves.figure(LOSS, {"<b>a": branch(2), "": branch(2)})
    assert made.data[0].name == "&lt;b&gt;a"
