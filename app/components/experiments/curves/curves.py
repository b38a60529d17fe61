"""Curves of any metrics of the chosen runs; those of a run that goes on grow."""

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from app.components import live
from app.components.experiments.curves import legend, settings, words, zoom
from app.components.experiments.curves.figure import Drawn, Means, Trace, figure, traces
from app.components.experiments.curves.settings import Wanted
from app.experiments import chosen, fold_mean, parts
from app.experiments.colours import strokes
from app.experiments.panels import Panel, curved, panels
from app.experiments.reading import reader
from app.messages import guarded
from core.literal import markup
from core.tracking.runs.values import History, Query, Run

EVERY_S: Final = 5.0
"""Between two looks at runs that go on."""
NEWEST: Final = 3
PLOTS: Final = 12
"""Plots that are drawn at a time."""
CHOOSE: Final = "Choose runs in the table above: their curves are drawn here, one over the other."
NOTHING: Final = (
    "None of these runs logged a figure. A training logs its first ones after its first epoch; a run that "
    "failed before has none. Choose other runs in the table above."
)


def show(runs: Sequence[Run]) -> None:
    """Draw them for the chosen runs."""
    if not runs:
        _none()
        return
    growing = any(one.live for one in runs)
    live.draw(lambda: _draw(tuple(runs)), EVERY_S if growing else None)


def _none() -> None:
    st.caption(CHOOSE)
    if st.button(f"Draw the {NEWEST} newest", key="c-newest", icon=":material/show_chart:"):
        chosen.choose(reader().page(Query(), size=NEWEST).runs[:NEWEST])
        st.rerun()


def _draw(runs: Sequence[Run]) -> None:
    with guarded():
        now = [_now(one) for one in runs]
        if any(one.live for one in runs) and not any(one.live for one in now):
            st.rerun()
        _drawn(now)


def _now(run: Run) -> Run:
    """A run as it is at this moment; one that is over stays as it was."""
    return reader().run(run.id) if run.live else run


def _drawn(runs: Sequence[Run]) -> None:
    below = {one.id: parts.of(one) for one in runs if not curved(one.metrics)}
    metrics = {name for run in runs for name in run.metrics}
    metrics |= {name for several in below.values() for one in several for name in one.metrics}
    if not metrics:
        st.caption(NOTHING)
        return
    wanted = settings.show(metrics)
    if wanted.parts:
        below = {one.id: parts.of(one) for one in runs}
    plots = panels(wanted.metrics, metrics, paired=wanted.paired)
    lines = _lines(runs, below, plots, wanted)
    names = [name for plot in plots[:PLOTS] for name, _ in plot.metrics]
    histories = reader().histories([one.run for one in lines], list(dict.fromkeys(names)))
    legend.show(lines, paired=any(one.paired for one in plots))
    _grid(plots[:PLOTS], lines, histories, wanted)
    words.left_out(plots[PLOTS:])


def _lines(
    runs: Sequence[Run], below: Mapping[str, Sequence[Run]], plots: Sequence[Panel], wanted: Wanted
) -> list[Drawn]:
    """The runs in their order, each followed by its parts where those are asked for or alone have curves."""
    asked = {name for plot in plots for name, _ in plot.metrics}
    shades, chosen_ones = strokes(runs), {one.id for one in runs}
    found = []
    for run in runs:
        found.append(Drawn(run, shades[run.id]))
        if wanted.parts or not asked & set(run.metrics):
            found += [
                Drawn(one, parts.stroke(one, shades[run.id]), part=True)
                for one in below.get(run.id, ())
                if one.id not in chosen_ones
            ]
    return found


def _grid(
    plots: Sequence[Panel],
    lines: Sequence[Drawn],
    histories: Mapping[tuple[str, str], History],
    wanted: Wanted,
) -> None:
    places = st.columns(2 if len(plots) > 1 else 1, gap="medium")
    axis = words.axis(wanted.scale, [one.run for one in lines])
    every: list[tuple[Panel, list[Trace]]] = []
    means = _means(lines, histories, wanted)
    for at, plot in enumerate(plots):
        found = traces(plot, lines, histories, wanted.scale, means)
        every.append((plot, found))
        with places[at % len(places)]:
            _plot(plot, found, wanted, axis)
    zoom.listen(wanted.scale)
    words.show(every, lines, wanted)


def _means(lines: Sequence[Drawn], histories: Mapping[tuple[str, str], History], wanted: Wanted) -> Means:
    """Means of folds, along steps: folds are trained one after the other, so a time has no mean."""
    if wanted.scale.timed:
        return {}
    runs = [one.run for one in lines if not one.part]
    return fold_mean.means(runs, [one.run for one in lines if one.part], histories)


def _plot(plot: Panel, found: Sequence[Trace], wanted: Wanted, axis: str) -> None:
    st.html(f'<div class="ex-plot" title="{markup(plot.title)}">{markup(plot.title)}</div>')
    # a plot keeps its height while it waits for its first value, so that nothing below it moves
    with st.container(key=zoom.place(plot)):
        st.plotly_chart(
            figure(plot, found, wanted.scale, axis, zoom.ranges(plot, found, wanted.scale)),
            key=f"c-curve-{plot.title}", config={"displayModeBar": False, "doubleClick": "autosize"},
            alt=words.spoken(plot, found, axis),
        )  # fmt: skip
