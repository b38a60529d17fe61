"""Runs that share a parameter or a data set, as one row each; what is chosen there is opened."""

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from app.experiments import chosen, columns, grouping
from app.experiments.grouping import Group
from app.experiments.table_data import Rows
from app.experiments.view_state import View
from app.words import counted
from core.tracking.runs.values import Run

KEY: Final = "t_group_table"
OPEN: Final = "t_open"
_MOST_ROWS: Final = 8


def show(rows: Rows, view: View) -> Sequence[Run]:
    """Draw the groups.

    Returns:
        The runs of those that are open; all where none is.
    """
    found = grouping.groups(rows.runs, view.group, view.of, rows.known)
    _take(found)
    names = st.query_params.get_all(OPEN)
    opened = [one for one in found if one.name in names]
    _set([number for number, one in enumerate(found) if one.name in names])
    st.dataframe(_frame(found, view), key=KEY, on_select="rerun", selection_mode="multi-row",
                 column_config=_layout(view), hide_index=True, placeholder="", alt="Groups of runs",
                 height=31 * (min(len(found), _MOST_ROWS) + 1) + 2, row_height=31)  # fmt: skip
    runs = [run for one in opened for run in one.runs]
    _line(found, opened, runs)
    return runs if opened else rows.runs


def _take(found: Sequence[Group]) -> None:
    """Open what a person chose among the groups since they were drawn."""
    drawn, state = st.session_state.get(f"{KEY}-drawn"), st.session_state.get(KEY)
    if not drawn or state is None:
        return
    names, seen = drawn
    now = list(state["selection"]["rows"])
    if now != seen and names == [one.name for one in found]:
        st.query_params[OPEN] = [names[row] for row in now if row < len(names)]


def _set(rows: list[int]) -> None:
    state = st.session_state.get(KEY)
    if state is None or sorted(state["selection"]["rows"]) != rows:
        st.session_state[KEY] = {"selection": {"rows": rows, "columns": [], "cells": []}}


def _line(found: Sequence[Group], opened: Sequence[Group], runs: Sequence[Run]) -> None:
    with st.container(key="t-group-line", horizontal=True, vertical_alignment="center", gap="small"):
        if not opened:
            st.caption(f"{counted(len(found), 'group')}. Choose some to see only their runs below.",
                       width="content")  # fmt: skip
            return
        st.caption(f"{counted(len(opened), 'group')} open, {counted(len(runs), 'run')}", width="content")
        most = min(len(runs), chosen.MOST)
        words = f"Choose its {most} runs" if len(opened) == 1 else f"Choose their {most} runs"
        if st.button(words if most == len(runs) else f"Choose the first {most}", key="t-group-choose",
                     type="tertiary"):  # fmt: skip
            chosen.choose(runs)
            st.rerun()


def _frame(found: Sequence[Group], view: View) -> Any:
    import pandas as pd  # type: ignore[import-untyped]

    state = st.session_state[KEY]
    st.session_state[f"{KEY}-drawn"] = ([one.name for one in found], list(state["selection"]["rows"]))
    return pd.DataFrame({
        "group": [one.name[:300] or "(nothing)" for one in found],
        "runs": [len(one.runs) for one in found],
        "measured": [len(one.figures) for one in found],
        "mean": [one.mean for one in found],
        "sd": [one.sd for one in found],
        "low": [one.low for one in found],
        "high": [one.high for one in found],
        "leaks": [one.leaks for one in found],
    }, columns=_shown(view, found))  # fmt: skip


def _shown(view: View, found: Sequence[Group]) -> list[str]:  # noqa: ARG001
    several = ["group", "runs", "measured", "mean", "sd", "low", "high"]
    return [*several, "leaks"] if any(one.leaks for one in found) else several


def _layout(view: View) -> dict[str, Any]:
    number, of = st.column_config.NumberColumn, columns.label(view.of)
    form = "%.3f" if view.of in (columns.F1, columns.LEAKY) else "%.4g"
    return {
        "group": st.column_config.TextColumn(columns.label(view.group), width=200),
        "runs": number("runs"),
        "measured": number("measured", help="Those that have the figure and don't leak"),
        "mean": number(f"mean of {of}", format=form),
        "sd": number("sd between runs", format=form),
        "low": number("least", format=form),
        "high": number("largest", format=form),
        "leaks": number("left out: leaks"),
    }
