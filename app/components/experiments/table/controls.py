"""What the table shows of its runs: columns, order, groups, a curve in a cell."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, get_args

import streamlit as st

from app.components.experiments.table import filters
from app.experiments import columns, grouping
from app.experiments.marks import marked
from app.experiments.view_state import View
from core.tracking.runs.values import How, Run

_HOW: Final = (
    "Which value of a metric that was logged often stands in its column: the last, the best for a metric of "
    "this name, the least or the largest"
)


def show(view: View, runs: Sequence[Run]) -> View:
    """Draw the settings.

    Args:
        view: What was asked for so far.
        runs: What was read of it: what they have can be a column.
    """
    offered = columns.offered(runs)
    st.session_state[filters.OFFERED] = offered
    metrics = [one for one in offered if one.startswith(columns.METRIC)]
    view = _columns(view, offered, metrics)
    view = _order(view, offered)
    return _groups(view, offered, metrics)


def _columns(view: View, offered: Sequence[str], metrics: Sequence[str]) -> View:
    with st.popover("Columns", icon=":material/view_column:", key="t-columns"):
        chosen = st.multiselect("Columns", offered, default=list(columns.DEFAULT), key="t_cols",
                                bind="query-params", accept_new_options=True)  # fmt: skip
        how = st.segmented_control("Value of a metric", list(get_args(How)), default="last", required=True,
                                   key="t_how", bind="query-params", help=_HOW)  # fmt: skip
        curve = st.selectbox("Draw a metric in a cell", [one.removeprefix(columns.METRIC) for one in metrics],
                             index=None, key="t_curve", bind="query-params", placeholder="none",
                             accept_new_options=True)  # fmt: skip
        hidden = marked("hide")
        every = st.toggle(f"Show hidden runs too ({len(hidden)})", key="t_all", bind="query-params")
    return replace(view, columns=tuple(chosen), how=how or "last", curve=curve or "", all=bool(every))


def _order(view: View, offered: Sequence[str]) -> View:
    with st.popover("Order", icon=":material/sort:", key="t-order"):
        several = [columns.STARTED, *(one for one in offered if one != columns.STARTED)]
        order = st.selectbox("Order by", several, key="t_order", bind="query-params",
                             accept_new_options=True)  # fmt: skip
        rising = st.toggle("Least or oldest first", key="t_rising", bind="query-params")
        st.caption(
            "*Columns* says which value of a metric counts: the last, the best, the least, the largest."
        )
    return replace(view, order=order or columns.STARTED, rising=bool(rising))


def _groups(view: View, offered: Sequence[str], metrics: Sequence[str]) -> View:
    with st.popover("Group", icon=":material/workspaces:", key="t-groups"):
        group = st.selectbox("Group by", grouping.offered(offered), index=None, key="t_group",
                             bind="query-params", placeholder="nothing", accept_new_options=True)  # fmt: skip
        of = st.selectbox("Mean and spread of", [columns.F1, *metrics], key="t_of", bind="query-params",
                          accept_new_options=True)  # fmt: skip
    return replace(view, group=group or "", of=of or columns.F1)
