"""A search for parameters: the best trial so far, and those behind it."""

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from app import training_jobs, training_trials
from app.words import counted
from core.jobs.job import Job
from core.literal import markup

_MOST: Final = 10


def show(job: Job) -> None:
    """Draw the table; the best one comes first."""
    found, others = training_trials.trials(job), _others(job)
    if not found:
        st.caption(f"The best parameters so far stand here after the first trial. {others}".strip())
        return
    names = list(dict.fromkeys(name for one in found for name in _params(one)))
    head = "".join(f"<th>{markup(name)}</th>" for name in ["Trial", "Macro F1", *names])
    rows = "".join(_row(at, one, names) for at, one in enumerate(found[:_MOST]))
    best = "Best" if job.finished else "Best so far"
    st.html(
        f'<div class="tr-job-plot">{best} of {counted(len(found), "trial")}, by macro F1 on validation</div>'
    )
    st.html(
        f'<div class="wide"><table class="tr-job-table"><thead><tr>{head}</tr></thead>{rows}</table></div>'
    )
    if others:
        st.caption(others)


def _others(job: Job) -> str:
    """The trials that the table has no place for, counted; empty where there are none."""
    counts = training_trials.no_value(job)
    said = {
        "pruned": "given up early: others were better by the same epoch",
        "failed": "failed: the log has the reasons",
    }
    return " ".join(
        f"{counted(counts[why], 'trial')} {words}." for why, words in said.items() if counts.get(why)
    )


def _row(at: int, trial: Mapping[str, Any], names: list[str]) -> str:
    cells = [str(trial["trial"]), f"{trial['value']:.3f}"]
    cells += [training_jobs.written(_params(trial).get(name, "")) for name in names]
    first, *rest = (markup(cell) for cell in cells)
    best = " <b>best</b>" if at == 0 else ""
    return f"<tr><th>{first}{best}</th>{''.join(f'<td>{cell}</td>' for cell in rest)}</tr>"


def _params(trial: Mapping[str, Any]) -> Mapping[str, Any]:
    found = trial.get("params")
    return found if isinstance(found, dict) else {}
