"""Which runs the table asks for: in MLflow's own words, and by a small form that writes them."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final, cast, get_args

import streamlit as st

from app.clock import zone
from app.experiments import columns
from app.experiments.reading import recent
from app.experiments.view_state import View
from core.errors import InputError
from core.literal import literal
from core.tracking.runs import query
from core.tracking.runs.query import Clause, Op
from core.tracking.runs.values import Archived, Query, State

OFFERED: Final = "t-offered"
"""In the session: columns of the runs that were listed last; the form offers them."""
_HELP: Final = (
    f"In MLflow's own language, such as {literal(query.EXAMPLE)}. *More* writes the usual ones for you."
)


def show() -> tuple[View, str]:
    """Draw them.

    Returns:
        What is asked for, and what of the form can't be used; empty where all can.
    """
    own = st.text_input("Filter", key="t_filter", bind="query-params",
                        placeholder="metrics.test_macro_f1 > 0.6", help=_HELP)  # fmt: skip
    text = st.text_input("Search", key="t_q", bind="query-params", placeholder="name, tag, note or id",
                         max_chars=200)  # fmt: skip
    known = [one.name for one in recent().experiments()]
    names = st.multiselect("Experiments", known, key="t_x", bind="query-params", placeholder="all",
                           accept_new_options=True)  # fmt: skip
    with st.popover("More", icon=":material/filter_alt:", key="t-more",
                    help="Metric, parameter, state, date, archived"):  # fmt: skip
        view, wrong = _form()
    every = " AND ".join(part for part in ((own or "").strip(), view.query.filter) if part)
    return replace(
        view, query=replace(view.query, experiments=tuple(names), filter=every), text=(text or "").strip()
    ), wrong


def say(wrong: str, before: str) -> None:
    """Say what of the filter can't be used.

    Args:
        wrong: A sentence; empty where all can be used.
        before: The filter that the table follows meanwhile.
    """
    if wrong:
        shown = "what was asked for before" if before else "runs as if there were no filter"
        st.error(f"{literal(wrong)} The table still shows {shown}.",
                 icon=":material/filter_alt_off:")  # fmt: skip


def _form() -> tuple[View, str]:
    clauses = [*_condition("metric", query.NUMBERS), *_condition("parameter", query.TEXTS), *_dates()]
    states = st.multiselect("State", get_args(State), key="t_state", bind="query-params", placeholder="any")
    archived = st.segmented_control("Archived runs", get_args(Archived), default="no", required=True,
                                    key="t_archived", bind="query-params")  # fmt: skip
    parts = st.toggle("Folds and trials too", key="t_parts", bind="query-params")
    try:
        said, wrong = query.written(clauses), ""
    except InputError as error:
        said, wrong = "", error.sentence
    if said:
        st.caption("As a filter:")
        st.code(said, language=None, wrap_lines=True)
    asked = Query(filter=said, archived=cast(Archived, archived or "no"), parts=bool(parts))
    return View(asked, states=tuple(cast(list[State], states))), wrong


def _condition(kind: str, ops: tuple[str, ...]) -> list[Clause]:
    """Draw a name, how it is compared, and with what; empty until all is filled in."""
    before = {"metric": columns.METRIC, "parameter": columns.PARAMETER}[kind]
    known = [one.removeprefix(before) for one in st.session_state.get(OFFERED, ()) if one.startswith(before)]
    with st.container(key=f"t-form-{kind}", horizontal=True, vertical_alignment="bottom", gap="small",
                      wrap=False):  # fmt: skip
        name = st.selectbox(kind.capitalize(), known, index=None, key=f"t_{kind}", bind="query-params",
                            placeholder="any", accept_new_options=True)  # fmt: skip
        op = st.selectbox("is", ops, index=ops.index(">=") if ">=" in ops else 0, key=f"t_{kind}_op",
                          bind="query-params", width=110)  # fmt: skip
        value = st.text_input("this", key=f"t_{kind}_is", bind="query-params", width=130)
    if not name or not (value or "").strip():
        return []
    return [Clause("metric" if kind == "metric" else "parameter", name, cast(Op, op), (value or "").strip())]


def _dates() -> list[Clause]:
    with st.container(key="t-form-date", horizontal=True, gap="small", wrap=False):
        since = st.date_input("Started from", value=None, key="t_since", bind="query-params")
        until = st.date_input("until", value=None, key="t_until", bind="query-params")
    found = []
    if isinstance(since, date):
        found.append(Clause("attribute", "start_time", ">=", _ms(since)))
    if isinstance(until, date):
        found.append(Clause("attribute", "start_time", "<", _ms(until + timedelta(days=1))))
    return found


def _ms(day: date) -> float:
    """When a day begins where the person is."""
    return datetime.combine(day, time(), zone()).timestamp() * 1000
