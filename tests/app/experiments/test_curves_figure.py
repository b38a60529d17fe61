"""The plot of a panel: lines that are told apart, what is marked, what leaks, how much is drawn."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from app.components.experiments.curves.figure import Drawn, figure, traces, winner
from app.experiments.colours import LEAK, strokes
from app.experiments.panels import Panel, panels
from app.experiments.series import LINE, PLOT, Scale
from core.tracking.runs.values import History, Run
from tests.support.runs import LONG_NAME

LOSS = Panel("loss", (("val_loss", "validation"), ("train_loss", "training")))
F1 = Panel("val_macro_f1", (("val_macro_f1", ""),))
PLAIN = Scale()
Histories = Mapping[tuple[str, str], History]


def run(at: int, *, leaks: bool = False, name: str = "") -> Run:
    tags = {"studio.leaks": "true"} if leaks else {}
    return Run(f"{at:032x}", name or f"run {at}", "kidney", "finished", started=0.0, tags=tags)


def drawn(*several: Run) -> list[Drawn]:
    found = strokes(several)
    return [Drawn(one, found[one.id]) for one in several]


def logged(several: list[Drawn], values: Mapping[str, Any]) -> Histories:
    """Each run's values by metric, a tenth worse from run to run."""
    found = {}
    for at, one in enumerate(several):
        for metric, of in values.items():
            numbers = np.array(of, np.float64) + 0.1 * at
            steps = np.arange(len(numbers))
            found[one.run.id, metric] = History(one.run.id, metric, steps, steps * 60.0, numbers)
    return found


def plot(
    panel: Panel, several: list[Drawn], histories: Histories, scale: Scale = PLAIN
) -> tuple["go.Figure", list[Any]]:
    found = traces(panel, several, histories, scale)
    made = figure(panel, found, scale, "step")
    return made, [one for one in made.data if one.mode != "markers"]


def test_validation_is_drawn_whole_and_training_dashed_in_the_runs_colour() -> None:
    one = drawn(run(0))
    _, lines = plot(LOSS, one, logged(one, {"val_loss": [3, 2, 1], "train_loss": [3, 1, 0.5]}))
    by_name = {line.name: line for line in lines}
    assert by_name["run 0, validation"].line.dash == "solid"
    assert by_name["run 0, training"].line.dash == "dash"
    assert len({line.line.color for line in lines}) == 1


def test_forty_runs_are_told_apart_by_colour_and_mark_together() -> None:
    several = drawn(*(run(at) for at in range(40)))
    _, lines = plot(F1, several, logged(several, {"val_macro_f1": [0.1, 0.2, 0.3]}))
    assert len({(line.line.color, line.marker.symbol) for line in lines}) == 40


def test_what_leaks_is_dotted_in_the_leak_colour_says_so_and_is_never_the_best_of_all() -> None:
    several = drawn(run(0), run(1, leaks=True))
    histories = logged(several, {"val_macro_f1": [0.5, 0.6]})
    made, lines = plot(F1, several, histories)
    honest, leaky = sorted(lines, key=lambda line: line.line.color == LEAK)
    assert (leaky.line.color, leaky.line.dash, leaky.name) == (LEAK, "dot", "run 1 (leaks)")
    assert honest.line.color != LEAK and honest.line.dash == "solid"
    best = winner(traces(F1, several, histories, Scale()))
    assert best is not None and best.drawn.run.name == "run 0"
    assert [one.name for one in made.data if one.marker.symbol == "star"] == ["best of all: run 0"]


def test_random_metrics_leak_whoever_logged_them() -> None:
    one = drawn(run(0))
    panel = Panel("random_macro_f1", (("random_macro_f1", ""),))
    found = traces(panel, one, logged(one, {"random_macro_f1": [0.8, 0.9]}), Scale())
    assert winner(found) is None
    assert "(leaks)" in figure(panel, found, Scale(), "step").data[0].name


def test_the_best_point_of_each_run_is_marked_and_the_best_of_all_is_the_least_loss() -> None:
    several = drawn(run(0), run(1))
    made, _ = plot(LOSS, several, logged(several, {"val_loss": [3, 1, 2], "train_loss": [3, 2, 0.1]}))
    marks = {one.name: (one.marker.symbol, one.x[0], one.y[0]) for one in made.data if one.mode == "markers"}
    assert marks == {"best: run 1": ("diamond", 1, 1.1), "best of all: run 0": ("star", 1, 1)}


def test_a_learning_rate_has_no_best_and_neither_has_a_single_value() -> None:
    one = drawn(run(0))
    for metric, values in (("learning_rate", [0.1, 0.2]), ("val_macro_f1", [0.4])):
        made, lines = plot(Panel(metric, ((metric, ""),)), one, logged(one, {metric: values}))
        assert len(made.data) == len(lines) == 1


def test_a_smoothed_line_lies_over_the_faint_one_as_it_was_logged() -> None:
    one = drawn(run(0))
    _, (faint, smooth) = plot(F1, one, logged(one, {"val_macro_f1": [0, 1, 0, 1]}), Scale(smoothing=0.8))
    assert faint.opacity < 0.4 and faint.hoverinfo == "skip" and list(faint.y) == [0, 1, 0, 1]
    assert np.ptp(smooth.y) < 0.8 and smooth.opacity == 1


def test_gaps_are_never_bridged() -> None:
    one = drawn(run(0))
    _, (line,) = plot(F1, one, logged(one, {"val_macro_f1": [0.1, np.nan, 0.3]}))
    assert line.connectgaps is False and np.isnan(line.y[1])


def test_parts_are_thin_and_below_in_the_colour_of_their_run() -> None:
    whole = drawn(run(0))
    part = Drawn(run(7), whole[0].stroke, part=True)
    _, lines = plot(F1, [*whole, part], logged([*whole, part], {"val_macro_f1": [0.1, 0.2, 0.3]}))
    thin, thick = lines
    assert (thin.name, thick.name) == ("run 7", "run 0")
    assert thin.line.width < thick.line.width and thin.opacity < 1
    assert thin.line.color == thick.line.color


def test_a_name_of_500_characters_with_markup_is_short_and_shown_as_text() -> None:
    one = drawn(run(0, name=LONG_NAME))
    made, _ = plot(F1, one, logged(one, {"val_macro_f1": [0.1, 0.2]}))
    for line in made.data:
        assert "<" not in line.name and "&lt;script&gt;" in line.name and len(line.name) < 120


def test_twenty_runs_of_many_values_stay_within_what_a_browser_draws() -> None:
    several = drawn(*(run(at) for at in range(20)))
    histories = logged(several, {"val_loss": np.random.default_rng(0).random(30_000), "train_loss": [1, 2]})
    _, lines = plot(LOSS, several, histories, Scale(smoothing=0.5))
    assert sum(len(line.x) for line in lines) <= PLOT
    assert max(len(line.x) for line in lines) <= LINE


def test_axes_are_over_powers_of_ten_and_of_time_as_asked() -> None:
    one = drawn(run(0))
    histories = logged(one, {"val_macro_f1": [0.1] * 6})
    logs, _ = plot(F1, one, histories, Scale(log_x=True, log_y=True))
    assert (logs.layout.xaxis.type, logs.layout.yaxis.type) == ("log", "log")
    assert plot(F1, one, histories, Scale("Wall time"))[0].layout.xaxis.type == "date"
    since, (line,) = plot(F1, one, histories, Scale("Time since start"))
    assert since.layout.xaxis.title.text == "minutes since the start" and line.x[-1] == 5


def test_a_plot_begins_where_the_reader_zoomed_to_and_keeps_that_while_it_grows() -> None:
    one = drawn(run(0))
    found = traces(F1, one, logged(one, {"val_macro_f1": [0.1, 0.2]}), Scale())
    made = figure(F1, found, Scale(), "step", {"x": (0.5, 1.5)})
    assert made.layout.xaxis.range == (0.5, 1.5) and made.layout.yaxis.range is None
    more = traces(F1, one, logged(one, {"val_macro_f1": [0.1, 0.2, 0.3]}), Scale())
    assert figure(F1, more, Scale(), "step").layout.uirevision == made.layout.uirevision
    other = figure(F1, more, Scale(log_y=True), "step")
    assert other.layout.uirevision != made.layout.uirevision


def test_without_a_line_there_is_still_a_plot() -> None:
    made = figure(F1, [], Scale("Time since start", log_x=True), "step")
    assert not made.data and made.layout.height


@pytest.mark.parametrize("paired", [True, False])
def test_unpaired_sides_are_plots_of_their_own(paired: bool) -> None:
    one = drawn(run(0))
    histories = logged(one, {"val_loss": [1, 2], "train_loss": [1, 2]})
    plots = panels(["val_loss", "train_loss"], ["val_loss", "train_loss"], paired=paired)
    counts = [len(traces(panel, one, histories, Scale())) for panel in plots]
    assert counts == ([2] if paired else [1, 1])
