"""What is drawn of a history: its axis, its gaps, its least and largest, and how much of it."""

import numpy as np
import pytest

from app.experiments import series
from app.experiments.series import Scale, line
from core.tracking.runs.values import History

GAP = float("nan")


def history(
    values: list[float], steps: list[int] | None = None, at: list[float] | None = None, metric: str = "f1"
) -> History:
    count = len(values)
    return History(
        "r", metric, np.array(range(count) if steps is None else steps, np.int64),
        np.array([100.0 + 10 * i for i in range(count)] if at is None else at), np.array(values, np.float64),
    )  # fmt: skip


def test_by_step_and_by_epoch_alike() -> None:
    for along in ("Step", "Epoch"):
        made = line(history([0.1, 0.2], steps=[3, 9]), Scale(along))  # type: ignore[arg-type]
        assert (list(made.x), list(made.y)) == ([3, 9], [0.1, 0.2])


def test_time_since_the_start_is_of_the_run_or_else_of_its_first_value() -> None:
    scale = Scale("Time since start")
    assert list(line(history([1, 2]), scale, 90.0).x) == [10, 20]
    assert list(line(history([1, 2]), scale).x) == [0, 10]


def test_wall_time_is_by_the_readers_clock() -> None:
    assert list(line(history([1, 2]), Scale("Wall time", shift_s=3600)).x) == [3_700_000, 3_710_000]


def test_a_step_that_was_done_again_comes_when_it_was_done() -> None:
    again = history([1, 2, 3], steps=[0, 1, 1], at=[5.0, 9.0, 7.0])
    assert list(line(again, Scale("Time since start")).y) == [1, 3, 2]
    assert list(line(again, Scale()).y) == [1, 2, 3]


def test_smoothing_keeps_the_values_as_they_were_logged_behind_it() -> None:
    made = line(history([1.0, 2.0, 4.0]), Scale(smoothing=0.5))
    assert list(made.y) == pytest.approx([1.0, 5 / 3, 3.0])
    assert list(made.raw_y) == [1.0, 2.0, 4.0]
    assert len(line(history([1.0, 2.0]), Scale()).raw_x) == 0


@pytest.mark.parametrize("odd", [GAP, np.inf, -np.inf, 1.7976931348623157e308, -1.7976931348623157e308])
def test_what_is_no_number_is_a_gap_and_counted(odd: float) -> None:
    made = line(history([0.5, odd, 0.25]), Scale(smoothing=0.3))
    assert np.isnan(made.y[1]) and np.isnan(made.raw_y[1]) and made.gaps == 1
    assert np.isfinite(made.y[[0, 2]]).all() and made.best == (0.0, 0.5)


def test_on_powers_of_ten_what_is_nothing_or_less_is_counted() -> None:
    up = line(history([1.0, 0.0, -1.0, GAP]), Scale(log_y=True))
    assert (up.lost, up.gaps) == (2, 1) and np.isnan(up.y[1:]).all()
    across = line(history([1.0, 2.0, 3.0]), Scale(log_x=True))
    assert across.lost == 1 and np.isnan(across.y[0]) and across.best == (2.0, 3.0)


def test_an_average_that_falls_below_nothing_is_a_gap_too() -> None:
    made = line(history([-9.0, 1.0]), Scale(smoothing=0.9, log_y=True))
    assert np.isnan(made.y).all() and made.lost == 1


def test_the_best_value_is_the_least_loss_and_the_largest_of_the_rest() -> None:
    assert line(history([0.3, 0.1, 0.2], metric="val_loss"), Scale()).best == (1.0, 0.1)
    assert line(history([0.3, 0.1, 0.4]), Scale()).best == (2.0, 0.4)
    assert line(history([GAP, GAP]), Scale()).best is None


def test_a_hundred_thousand_values_keep_every_peak_that_matters_and_their_gap() -> None:
    values = np.sin(np.arange(100_000) / 500.0)
    values[70_000], values[31_234], values[50_000] = 9.0, -9.0, GAP
    made = line(history(list(values)), Scale(), most=2_000)
    assert len(made.x) <= 2_000 and made.thinned and made.points == 100_000
    assert {0.0, 99_999.0, 70_000.0, 31_234.0} <= set(made.x)
    assert np.isnan(made.y).sum() == 1
    assert made.best == (70_000.0, 9.0)


def test_a_short_line_is_drawn_whole() -> None:
    made = line(history([0.1] * 50), Scale())
    assert len(made.x) == 50 and not made.thinned


def test_nothing_logged_draws_nothing() -> None:
    for along in series.ALONG:
        made = line(history([]), Scale(along, smoothing=0.5, log_x=True))
        assert (len(made.x), made.best, made.points) == (0, None, 0)


@pytest.mark.parametrize(("lines", "smoothing"), [(1, 0.0), (20, 0.0), (20, 0.6), (400, 0.0), (0, 0.9)])
def test_a_plot_has_no_more_points_than_a_browser_draws(lines: int, smoothing: float) -> None:
    each = series.share(lines, Scale(smoothing=smoothing))
    assert 12 <= each <= series.LINE
    assert each * lines * (2 if smoothing else 1) <= series.PLOT


@pytest.mark.parametrize(
    ("seconds", "name"), [(0, "seconds"), (179, "seconds"), (600, "minutes"), (90_000, "hours")]
)
def test_times_are_told_in_units_that_are_read(seconds: float, name: str) -> None:
    assert series.unit(seconds)[1] == name
