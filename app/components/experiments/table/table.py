"""The table of runs: what is chosen in it is chosen for every view below."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from app.components.experiments.table import controls, filters, grid, run_actions, states
from app.experiments import marks, table_data
from app.experiments.reading import Listing, recent
from app.experiments.view_state import View
from app.messages import guarded
from core.errors import InputError
from core.tracking.runs.values import Run

_GOOD = "t-good-filter"
"""The last filter that was understood: what the table shows while the next one isn't."""


def show() -> Sequence[Run]:
    """Draw the table with all that chooses, orders and groups its runs.

    Returns:
        The chosen runs, in the order they were chosen.
    """
    if states.no_database():
        return []
    with states.reachable():
        with states.opening():
            # loads MLflow, before anything else is drawn
            recent().experiments()
        with st.container(key="t-controls", horizontal=True, vertical_alignment="bottom", gap="small"):
            asked, wrong = filters.show()
            with states.opening():
                listing, asked, wrong = _listed(asked, wrong)
            states.was_read()
            view = controls.show(asked, listing.runs)
        filters.say(wrong, asked.query.filter)
        if not listing.runs and states.no_runs(view):
            return []
        return _below(replace(view, pinned=marks.marked("pin"), hidden=marks.marked("hide")), listing)
    return []


def _below(view: View, listing: Listing) -> Sequence[Run]:
    grid.take()
    picked, gone = table_data.picked(listing.runs)
    with guarded():
        run_actions.show(picked, view)
    grid.show(view, picked, gone)
    return picked


def _listed(view: View, wrong: str) -> tuple[Listing, View, str]:
    """The runs of a view's query; of the last filter that was understood where this one isn't."""
    try:
        found = recent().listed(view.query)
    except InputError as error:
        before = st.session_state.get(_GOOD, "")
        view = replace(view, query=replace(view.query, filter=before))
        return recent().listed(view.query), view, wrong or error.sentence
    st.session_state[_GOOD] = view.query.filter
    return found, view, wrong
