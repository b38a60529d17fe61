"""Parallel coordinates, a scatter of two columns, and which parameters matter."""

import math
from collections.abc import Sequence
from typing import Final

import streamlit as st

from app.components.experiments.parallel import scatter, weights
from app.components.experiments.parallel.figure import figure, kept
from app.experiments import chosen, dimensions, parts
from app.experiments.dimensions import Dimension
from app.experiments.reading import reader
from app.words import counted
from core.comparison.importance import LEAST
from core.literal import literal
from core.tracking.runs.values import Query, Run, leaking

CHOSEN: Final = "the chosen runs"
TAKEN: Final = 20
_AXES: Final = 6
_LOOKED: Final = 10
"""Chosen runs that are asked for their parts, searches first."""
CHOOSE: Final = "Choose two runs or more in the table above, or one search: its trials are drawn."
NOTHING: Final = "These runs logged no metric, so there is nothing to set against their parameters."


def show(runs: Sequence[Run]) -> None:
    """Draw it for the chosen runs."""
    likely = sorted(runs, key=lambda one: one.tags.get("studio.kind") != "search")[:_LOOKED]
    looked = {f"the parts of {one.short}": one for one in likely if parts.of(one)}
    if not runs or (len(runs) < 2 and not looked):
        _none(len(runs))
        return
    _draw(tuple(runs), looked)


def _none(count: int) -> None:
    st.caption(f"{counted(count, 'run')} chosen. {CHOOSE}" if count else CHOOSE)
    if st.button(f"Take the {TAKEN} newest", key="p-newest", icon=":material/stacked_line_chart:"):
        chosen.choose(reader().page(Query(), size=TAKEN).runs[:TAKEN])
        st.rerun()


def _draw(runs: Sequence[Run], looked: dict[str, Run]) -> None:
    several = _which(runs, looked)
    found, measured = dimensions.parameters(several), dimensions.metrics(several)
    if not measured:
        st.caption(NOTHING)
        return
    if not found:
        st.caption("No parameter differs between these runs; their metrics are drawn alone.")
    best = dimensions.telling(measured)
    axes, shade = _axes(found, measured, best)
    _lines(several, axes, shade)
    st.subheader("Two columns", anchor=False)
    first = next((one.name for one in found if one.telling and one.numeric), (found or measured)[0].name)
    scatter.show(several, [*found, *_others(found, measured)], first, best)
    if len(several) >= LEAST and found:
        weights.show(several, shade.name)


def _which(runs: Sequence[Run], looked: dict[str, Run]) -> Sequence[Run]:
    """The chosen runs, or the trials of one of them."""
    if not looked:
        return runs
    options = [CHOSEN, *looked] if len(runs) > 1 else list(looked)
    asked = st.selectbox("Lines are", options, key="p_of", bind="query-params", width=300)
    if asked not in looked:
        return runs
    several = parts.of(looked[asked])
    st.caption(f"{counted(len(several), 'part')} of {literal(looked[asked].name[:80])}: its folds or trials.")
    return several


def _axes(
    found: Sequence[Dimension], measured: Sequence[Dimension], best: str
) -> tuple[list[Dimension], Dimension]:
    by_name = {one.name: one for one in found}
    metrics = {one.name: one for one in measured}
    usual = [one.name for one in found if one.telling][:_AXES]
    left, middle, right = st.columns([3, 2, 1.4])
    names = left.multiselect("Parameters that differ", list(by_name), default=usual, key="p_params",
                             bind="query-params")  # fmt: skip
    asked = middle.multiselect("Metrics", list(metrics), default=[best], key="p_metrics", bind="query-params")
    shade = right.selectbox("Colour", list(metrics), index=list(metrics).index(best), key="p_colour",
                            bind="query-params")  # fmt: skip
    axes = [by_name[one] for one in names if one in by_name]
    axes += [metrics[one] for one in asked if one in metrics]
    return axes, metrics.get(shade, metrics[best])


def _lines(runs: Sequence[Run], axes: Sequence[Dimension], shade: Dimension) -> None:
    honest = tuple("leaks" if any(_leaks(run, one) for one in (*axes, shade)) else "no" for run in runs)
    rows = kept([*axes, shade], len(runs))
    if "leaks" in (honest[at] for at in rows):
        axes = [*axes, Dimension("leaks", False, honest)]
    if len(axes) < 2:
        st.caption("Choose two axes or more: parameters, metrics, or both.")
    elif len(rows) < 2:
        st.caption(f"Fewer than two runs have a number on every axis. {_emptiest(axes)}")
    else:
        with st.container(key="p-lines"):
            st.plotly_chart(
                figure(axes, shade, rows), key="p-parallel", config={"displayModeBar": False},
                alt=f"{counted(len(rows), 'run')} over {', '.join(one.name[:40] for one in axes)}.",
            )  # fmt: skip
        _said(len(runs) - len(rows), [honest[at] for at in rows], axes)


def _said(missing: int, honest: Sequence[str], axes: Sequence[Dimension]) -> None:
    said = ["A drag along an axis keeps the runs in that stretch; a drag of a name moves the axis."]
    if missing:
        said.append(f"{counted(missing, 'run')} without a number on every axis left out. {_emptiest(axes)}")
    if "leaks" in honest:
        said.append("What leaks flatters: compare the others with each other.")
    st.caption(" ".join(said))


def _emptiest(axes: Sequence[Dimension]) -> str:
    """Which axis costs the most runs."""
    missing = {one.name: sum(math.isnan(value) for value in one.numbers) for one in axes}
    name = max(missing, key=lambda one: missing[one])
    return f"Most lack {literal(name[:60])}." if missing[name] else ""


def _leaks(run: Run, one: Dimension) -> bool:
    return one.metric and leaking(one.name, run)


def _others(found: Sequence[Dimension], measured: Sequence[Dimension]) -> list[Dimension]:
    """Metrics whose name no parameter has."""
    taken = {one.name for one in found}
    return [one for one in measured if one.name not in taken]
