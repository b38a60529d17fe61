"""One run: all that was logged."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import streamlit as st

from app.components.experiments.one_run import actions, figures, files, lineage, recipe
from app.experiments import columns, details
from app.experiments.reading import reader
from app.messages import guarded
from core.errors import InputError
from core.jobs.ending import NOISE
from core.literal import literal, markup
from core.tracking.runs.values import Run

KEY: Final = "o_run"
"""Names the run in the address: one of the chosen ones, or a part of one."""
_BOX: Final = "o-run"
NONE: Final = "Choose a run in the table above to see all that it logged."


def show(runs: Sequence[Run]) -> None:
    """Draw the run that the address names, else the first of the chosen ones."""
    run = _chosen(runs)
    if run is None:
        return
    _head(run)
    actions.show(run)
    names = list(_PARTS)
    part = st.segmented_control("Part", names, default=names[0], required=True, key="o_part",
                                bind="query-params", label_visibility="collapsed")  # fmt: skip
    with guarded():
        _PARTS[part or names[0]](run)


def _chosen(runs: Sequence[Run]) -> Run | None:
    several = {run.short: run for run in runs}
    asked = st.query_params.get(KEY, "")
    if asked and asked not in several:
        try:
            several[asked] = reader().run(asked)
        except InputError as error:
            st.caption(literal(error.sentence))
    if not several:
        st.caption(NONE)
        return None
    if len(several) == 1:
        return next(iter(several.values()))
    names = {short: f"{run.name[:80]} ({short})" for short, run in several.items()}
    # names may change, and be long: the address has the run's id
    st.session_state[_BOX] = asked if asked in several else next(iter(several))
    short = st.selectbox("Run", list(several), key=_BOX, label_visibility="collapsed", width=620,
                         on_change=_choose, format_func=lambda one: names.get(one, one))  # fmt: skip
    return several[short]


def _choose() -> None:
    st.query_params[KEY] = st.session_state[_BOX]


def _head(run: Run) -> None:
    mark, word = columns.STATES[run.state]
    facts = [run.experiment, lineage.when(run), lineage.took(run), run.short]
    said = " \u00b7 ".join(markup(fact) for fact in facts if fact)
    archived = '<p class="ex-one-note">Archived: it is hidden from the table, and can be restored.</p>'
    leaks = (
        '<p class="ex-one-note">Its figures leak: slices of one patient are on both sides of its split. '
        "They measure memory.</p>"
    )
    note = f'<p class="ex-one-said">{markup(run.note)}</p>' if run.note else ""
    st.html(
        f'<div class="ex-one {run.state}"><h2>{markup(run.name)}</h2>'
        f'<p><b><i aria-hidden="true">{mark}</i> {word}</b> \u00b7 {said}</p>{note}'
        f"{leaks if run.leaks else ''}{archived if run.archived else ''}</div>"
    )


def _log(run: Run) -> None:
    lines = [line for line in details.log(run).splitlines() if not NOISE.match(line)]
    if lines:
        text = "\n".join(lines)
        st.html(f'<pre class="tr-job-log">{markup(text)}</pre>')
    else:
        st.caption("It left no log.")


_PARTS: Final[Mapping[str, Callable[[Run], None]]] = {
    "What came out": figures.show,
    "What went in": recipe.show,
    "Files": files.show,
    "Log": _log,
    "Lineage": lineage.show,
}
