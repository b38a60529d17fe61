"""The rows of the table; they are read again by themselves, and stay where they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from app.components import live
from app.components.experiments.table import frame, groups
from app.components.experiments.table import states as table_states
from app.experiments import chosen, columns, ordering, table_data
from app.experiments.table_data import Rows
from app.experiments.view_state import View
from app.messages import guarded
from app.words import counted
from core.literal import literal
from core.tracking.runs.values import Run

KEY: Final = "t_table"
PAGE: Final = 250
"""Rows on a page."""
_DRAWN: Final = "t-drawn"
"""Beginnings of the ids of the rows on the screen, and which of them were chosen there."""
_HELD: Final = "t-held"
_ROW_PX: Final = 31
_NAMED: Final = 5
_CHOOSE: Final = "A tick chooses a run for the views below."


_Told = tuple[tuple[str, ...], dict[str, str]]
"""What the views below were drawn for: ids of the chosen runs, and their states."""


@dataclass(frozen=True, slots=True)
class _Held:
    """The order that the rows keep while a person looks at them.

    Attributes:
        view: What it is the order of.
        ids: Of the rows, in that order; new ones come at the end.
        new: How many of them came since.
    """

    view: View
    ids: tuple[str, ...]
    new: int = 0


def show(view: View, picked: Sequence[Run], gone: Sequence[str]) -> None:
    """Draw the rows.

    Args:
        view: Which, and how.
        picked: The chosen runs.
        gone: What the address names and no run is.
    """
    rows = table_data.rows(view)
    if KEY not in st.session_state:  # the page was left in between
        st.session_state.pop(_HELD, None)
    states: dict[str, str] = {one.short: one.state for one in picked}
    told = tuple(chosen.ids()), states
    high = min(max(len(rows.runs), 4), 12)
    live.draw(lambda: _draw(view, told, rows.pace, high), rows.pace)
    _others(picked, gone)


def take() -> None:
    """Choose what a person chose in the rows since they were drawn."""
    drawn, state = st.session_state.get(_DRAWN), st.session_state.get(KEY)
    if not drawn or state is None:
        return
    shorts, seen = drawn
    rows = list(state["selection"]["rows"])
    if rows == seen:
        return
    here = [shorts[row] for row in rows if row < len(shorts)]
    stay = [one for one in chosen.ids() if one not in shorts or one in here]
    chosen.keep([*stay, *(one for one in here if one not in stay)])
    st.session_state[_DRAWN] = (shorts, rows)


def _draw(view: View, told: _Told, pace: float, high: int) -> None:
    with guarded():
        take()
        rows = table_data.rows(view)
        if _news(rows, told) or rows.pace != pace:
            st.rerun()
        runs = groups.show(rows, view) if view.group else rows.runs
        _table(view, rows, runs, high)


def _news(rows: Rows, told: _Told) -> bool:
    """Whether the views below have to be drawn anew: other runs are chosen, or one of them ended."""
    ids, states = told
    return tuple(chosen.ids()) != ids or any(
        states.get(one.short, one.state) != one.state for one in rows.listing.runs
    )


def _table(view: View, rows: Rows, runs: Sequence[Run], high: int) -> None:
    every, new, moved = _held(view, rows.runs)
    inside = {one.id for one in runs}
    ordered = [one for one in every if one.id in inside]
    best = {one: ordering.best(rows.runs, one, rows.known) for one in view.columns}
    signs = _signs(ordered, view, best=any(best.values()))
    page = _line(rows, ordered, new, moved, signs)
    here = ordered[PAGE * (page - 1) : PAGE * page]
    curves = table_data.curves(here, view.curve) if view.curve else {}
    sheet = frame.Sheet(view, here, rows.known, best, curves)
    _choose_here(here)
    st.dataframe(frame.styled(sheet), key=KEY, on_select="rerun", selection_mode="multi-row",
                 column_config=frame.layout(sheet), hide_index=True, height=_ROW_PX * (high + 1) + 2,
                 row_height=_ROW_PX, placeholder="", alt="Runs")  # fmt: skip
    if not here:
        st.caption("No run fits what is asked for.")


def _signs(runs: Sequence[Run], view: View, *, best: bool) -> str:
    """What the signs that are in the table mean."""
    said = ["\u2605 best on its data set; what leaks never is."] if best else []
    said += ["\u2191 pinned."] if any(one.short in view.pinned for one in runs) else []
    said += ["\u2514 part of another run."] if any(one.parent for one in runs) else []
    return " ".join(said if chosen.ids() else [*said, _CHOOSE])


def _choose_here(here: Sequence[Run]) -> None:
    """The address decides which rows are chosen."""
    shorts, now = [one.short for one in here], set(chosen.ids())
    rows = [row for row, short in enumerate(shorts) if short in now]
    state = st.session_state.get(KEY)
    if state is None or sorted(state["selection"]["rows"]) != rows:
        st.session_state[KEY] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    else:
        rows = list(state["selection"]["rows"])
    st.session_state[_DRAWN] = (shorts, rows)


def _held(view: View, runs: Sequence[Run]) -> tuple[list[Run], int, bool]:
    """The rows in the order that they had, new ones at the end; how many these are; whether others moved."""
    held = st.session_state.get(_HELD)
    ids = tuple(one.id for one in runs)
    if not isinstance(held, _Held) or held.view != view or not set(held.ids) & set(ids):
        st.session_state[_HELD] = _Held(view, ids)
        return list(runs), 0, False
    before = set(held.ids)
    by_id = {one.id: one for one in runs}
    new = [one.id for one in runs if one.id not in before]
    order = [own for own in held.ids if own in by_id] + new
    count = held.new + len(new)
    st.session_state[_HELD] = _Held(view, (*held.ids, *new), count)
    return [by_id[own] for own in order], count, order != list(ids)


def _line(rows: Rows, ordered: Sequence[Run], new: int, moved: bool, signs: str) -> int:
    """Draw how many there are, when they were read and what their signs mean; the page that is shown."""
    page, listing = 1, rows.listing
    when = table_states.clock(listing.at)
    with st.container(key="t-line", horizontal=True, vertical_alignment="center", gap="small"):
        live = sum(one.live for one in ordered)
        said = [counted(len(ordered), "run"), f"{len(chosen.ids())} chosen"]
        said += [f"{live} live"] if live else []
        st.caption(f"{', '.join(said)}, read at {when}", width="content")
        words = f"{counted(new, 'new run')} at the end: order anew" if new else "Order anew"
        if moved and st.button(words, key="t-anew", type="tertiary", icon=":material/sort:"):
            st.session_state.pop(_HELD, None)
            st.rerun(scope="fragment")
        if len(ordered) > PAGE:
            page = st.pagination(-(-len(ordered) // PAGE), key="t_page", bind="query-params")
        if not listing.whole:
            st.caption(f"Only the newest {len(listing.runs):,} were read: filter for the others.",
                       width="content")  # fmt: skip
        if ordered and signs:
            with st.container(key="t-signs", width="content"):
                st.caption(signs)
    if listing.trouble:
        table_states.say_away(f"{listing.trouble} What was read at {when} is shown.")
    return page


def _others(picked: Sequence[Run], gone: Sequence[str]) -> None:
    """Say which chosen runs aren't among the rows."""
    shorts = st.session_state.get(_DRAWN, ((), ()))[0]
    out = [columns.line(one.name)[:60] for one in picked if one.short not in shorts]
    if out:
        st.caption(f"{_are(out, 'chosen run')} not among these rows: {literal(_some(out))}.")
    if gone:
        st.caption(f"Not here any more, though the address names {_it(gone)}: {_some(gone)}.")


def _are(several: Sequence[str], what: str) -> str:
    return f"{counted(len(several), what)} {'is' if len(several) == 1 else 'are'}"


def _it(several: Sequence[str]) -> str:
    return "it" if len(several) == 1 else "them"


def _some(several: Sequence[str]) -> str:
    more = len(several) - _NAMED
    return ", ".join(several[:_NAMED]) + (f" and {more} more" if more > 0 else "")
