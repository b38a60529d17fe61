"""A training's curves: loss, accuracy and macro F1, learning rate, each epoch a point."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import plotly.graph_objects as go
import streamlit as st

from core.literal import markup
from core.training.history import TUNING, Epoch

ACCENT: Final = "#1A8A8C"
SECOND: Final = "#8A63B8"
QUIET: Final = "#7B8790"
LEAK: Final = "#B84F00"
"""No class has one of these; each is seen on light and on dark ground."""
_MORE: Final = ("#1A8A8C", "#8A63B8", "#4B7BD1", "#A4588F", "#6B8E23", "#9A6A3A", "#7B8790")
MOST: Final = 2_000
"""Points in one plot; beyond, epochs are left out evenly."""
RANDOM: Final = "random split"
ALL: Final = "All together"
_HEIGHT: Final = 250
_LONGEST: Final = 28


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a plot.

    Attributes:
        metric: Its key among an epoch's metrics.
        name: In the legend.
        shade: Its colour.
        dash: Plotly's name of a dash.
    """

    metric: str
    name: str
    shade: str
    dash: str = "solid"


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot.

    Attributes:
        key: Of its element.
        title: Above it.
        lines: The first is what several branches are compared by.
    """

    key: str
    title: str
    lines: tuple[Line, ...]


PLOTS: Final = (
    Plot("loss", "Loss", (
        Line("val_loss", "validation", ACCENT), Line("train_loss", "training, dashed", QUIET, "dash"),
    )),
    Plot("right", "Macro F1 and accuracy", (
        Line("val_macro_f1", "macro F1, validation", ACCENT),
        Line("val_accuracy", "accuracy, validation", SECOND),
        Line("train_accuracy", "accuracy, training, dashed", QUIET, "dash"),
    )),
    Plot("rate", "Learning rate", (Line("learning_rate", "at the epoch's end", ACCENT),)),
)  # fmt: skip


def show(branches: Mapping[str, Sequence[Epoch]]) -> None:
    """Draw the plots; they keep their size from the first epoch on.

    Args:
        branches: Epochs in order, by branch (`core.training.history.read`).
    """
    chosen = _choice(branches)
    for place, plot in zip(st.columns(3, gap="medium"), PLOTS, strict=True):
        with place:
            st.html(f'<div class="tr-job-plot">{markup(plot.title)}</div>')
            _draw(plot, chosen)
    longest = max((len(epochs) for epochs in chosen.values()), default=0)
    each = step(longest, len(chosen) * 3)
    if each > 1:
        st.caption(f"Of {longest:,} epochs every {each}. is drawn, and the best one.")
    if RANDOM in chosen:
        st.caption(
            "The random split leaks: slices of one patient are on both sides. Its curve flatters and is "
            "drawn for comparison alone."
        )


def figure(plot: Plot, branches: Mapping[str, Sequence[Epoch]]) -> "go.Figure":
    """A plot of the epochs of one branch or several.

    Args:
        plot: What is drawn.
        branches: One shows every line, several only the first of each.
    """
    made = go.Figure()
    if len(branches) == 1:
        for name, epochs in branches.items():
            _one(made, plot, epochs, leaks=name == RANDOM)
    else:
        _several(made, plot, branches)
    made.update_layout(
        height=_HEIGHT, margin={"l": 0, "r": 8, "t": 4, "b": 0}, dragmode=False, uirevision="kept",
        legend={"orientation": "h", "yanchor": "top", "y": -0.16, "x": 0, "font": {"size": 11}},
        hovermode="x unified", showlegend=len(branches) > 1 or len(plot.lines) > 1,
    )  # fmt: skip
    last = max((epochs[-1].number for epochs in branches.values() if epochs), default=1)
    made.update_xaxes(rangemode="tozero", dtick=1 if last <= 12 else None, showgrid=False)
    if plot.key == "rate":
        _rate_axis(made, branches)
    return made


def _rate_axis(made: "go.Figure", branches: Mapping[str, Sequence[Epoch]]) -> None:
    """Over powers of ten where a second stage has a rate far below the first one's."""
    if any(one.stage == TUNING for epochs in branches.values() for one in epochs):
        made.update_yaxes(exponentformat="e", type="log", dtick=1)
    else:
        made.update_yaxes(exponentformat="e", rangemode="tozero")


def step(epochs: int, lines: int) -> int:
    """Every how many epochs are drawn, so that no plot has more than `MOST` points."""
    return max(1, math.ceil(epochs * max(1, lines) / MOST))


def named(branch: str) -> str:
    """What a branch is called; one that leaks says so."""
    if branch == RANDOM:
        return f"{RANDOM} (leaks)"
    kept = branch if len(branch) <= _LONGEST else f"{branch[: _LONGEST - 1]}\u2026"
    return kept or "this training"


def _choice(branches: Mapping[str, Sequence[Epoch]]) -> Mapping[str, Sequence[Epoch]]:
    """Which branches are drawn: all of them, thin, until one is chosen."""
    if len(branches) < 2:
        return branches
    names = [ALL, *branches]
    if st.session_state.get("tr-job-branch") not in names:
        st.session_state["tr-job-branch"] = ALL
    chosen = st.selectbox("Training", names, key="tr-job-branch", label_visibility="collapsed", width=280,
                          format_func=lambda one: one if one == ALL else named(one))  # fmt: skip
    return branches if chosen == ALL else {chosen: branches[chosen]}


def _one(made: "go.Figure", plot: Plot, epochs: Sequence[Epoch], *, leaks: bool) -> None:
    kept = _thin(epochs, step(len(epochs), len(plot.lines)))
    for line in plot.lines:
        shade = LEAK if leaks and line.shade == ACCENT else line.shade
        _trace(made, line.metric, kept, line.name + (", leaks" if leaks else ""), shade, line.dash, 2)
    if epochs and plot.key != "rate":
        _mark_best(made, plot.lines[0].metric, epochs)
    _mark_stages(made, epochs)


def _several(made: "go.Figure", plot: Plot, branches: Mapping[str, Sequence[Epoch]]) -> None:
    line = plot.lines[0]
    shades = iter(_MORE * (1 + len(branches) // len(_MORE)))
    for name, epochs in branches.items():
        kept = _thin(epochs, step(len(epochs), len(branches)))
        leaks = name == RANDOM
        shade = LEAK if leaks else next(shades)
        _trace(made, line.metric, kept, named(name), shade, "dot" if leaks else "solid", 1.5 if name else 2.5)


def _trace(
    made: "go.Figure", metric: str, epochs: Sequence[Epoch], name: str, shade: str, dash: str, width: float
) -> None:
    values = [_number(one.metrics.get(metric)) for one in epochs]
    if not any(value is not None for value in values):
        return
    made.add_scatter(
        x=[one.number for one in epochs], y=values, name=markup(name), connectgaps=False,
        mode="lines+markers" if len(epochs) < 3 else "lines",
        line={"color": shade, "dash": dash, "width": width},
        marker={"size": 5}, hovertemplate="%{y:.3~g}",
    )  # fmt: skip


def _mark_best(made: "go.Figure", metric: str, epochs: Sequence[Epoch]) -> None:
    best = next((one for one in reversed(epochs) if one.best), None)
    value = _number(best.metrics.get(metric)) if best else None
    if best is None or value is None:
        return
    made.add_scatter(
        x=[best.number], y=[value], mode="markers", name=f"best: epoch {best.number}",
        marker={"symbol": "diamond", "size": 10, "color": ACCENT, "line": {"width": 1.5, "color": "#fff"}},
        hovertemplate="%{y:.3~g}",
    )  # fmt: skip


def _mark_stages(made: "go.Figure", epochs: Sequence[Epoch]) -> None:
    first = next((one.number for one in epochs if one.stage == TUNING), None)
    if first is None or first == epochs[0].number:
        return
    made.add_vline(
        x=first - 0.5, line={"width": 1, "dash": "dot", "color": QUIET},
        annotation={"text": "head | tuning", "font": {"size": 11, "color": QUIET}, "yanchor": "top", "y": 1},
    )  # fmt: skip


def _thin(epochs: Sequence[Epoch], each: int) -> list[Epoch]:
    """Every nth epoch, the best and the last."""
    if each <= 1:
        return list(epochs)
    best = next((one.number for one in reversed(epochs) if one.best), None)
    last = len(epochs) - 1
    return [one for at, one in enumerate(epochs) if at % each == 0 or at == last or one.number == best]


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _draw(plot: Plot, branches: Mapping[str, Sequence[Epoch]]) -> None:
    words = "; ".join(f"{named(name)}: {len(epochs)} epochs" for name, epochs in branches.items())
    # a chart that has grown is another element; while both are there, one hides the other
    with st.container(key=f"tr-job-chart-{plot.key}"):
        st.plotly_chart(
            figure(plot, branches), key=f"tr-job-curve-{plot.key}", config={"displayModeBar": False},
            alt=f"{plot.title} by epoch. {words}",
        )  # fmt: skip
