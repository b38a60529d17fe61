"""Deleting training jobs, one or many, asked twice."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import streamlit as st

from app import training_jobs
from app.components import notice
from app.words import counted
from core.data.fetching.meter import size
from core.jobs.job import Job
from core.literal import literal

_ASKED: Final = "job-delete-asked"
"""What the question that stands is about: the page may be drawn anew under it at any time."""
_MANY: Final = "many"
_CHOSEN: Final = "job"
"""What of the address names the job that is shown."""
_DAY_S: Final = 86_400.0
_WHICH: Final[Mapping[str, Callable[[Job], bool]]] = {
    "that failed or were stopped": lambda job: job.state != "succeeded",
    "that ended over 7 days ago": lambda job: time.time() - (job.ended or job.created) > 7 * _DAY_S,
    "that ended over a day ago": lambda job: time.time() - (job.ended or job.created) > _DAY_S,
    "all of them": lambda job: True,  # noqa: ARG005
}
_KEPT: Final = "Their models stay in var/models."


def button(job: Job) -> None:
    """Draw the button that asks about one job."""
    if st.button("Delete", key="tr-job-delete", icon=":material/delete:", type="tertiary",
                 help="Delete this job, its log and its checkpoints"):  # fmt: skip
        _ask(job.id)


def button_many() -> None:
    """Draw the button that asks about many."""
    if st.button("Delete finished jobs\u2026", key="tr-job-delete-many", type="tertiary"):
        _ask(_MANY)


def question(jobs: Sequence[Job]) -> None:
    """Draw the question that stands, if one does."""
    asked = st.session_state.get(_ASKED)
    over = [job for job in jobs if job.finished]
    if asked == _MANY:
        _about_many(over)
    elif asked:
        found = [job for job in over if job.id == asked]
        _about_one(found[0]) if found else _answered()


def _ask(about: str) -> None:
    st.session_state[_ASKED] = about
    st.rerun()


def _answered() -> None:
    st.session_state.pop(_ASKED, None)


@st.dialog("Delete this job?", on_dismiss=_answered)
def _about_one(job: Job) -> None:
    name, used = literal(training_jobs.title(job)), size(training_jobs.disk_use(job))
    st.markdown(
        f"**{name}** goes from this server's disk ({used}): its log, curves and checkpoints. A model that it "
        "made stays in var/models."
    )
    _yes_or_no([job.id])


@st.dialog("Delete finished jobs?", on_dismiss=_answered)
def _about_many(over: Sequence[Job]) -> None:
    which = st.radio("Finished jobs", list(_WHICH), key="tr-job-which")
    chosen = [job for job in over if _WHICH[which](job)]
    used = size(sum(training_jobs.disk_use(job) for job in chosen))
    st.markdown(
        f"**{counted(len(chosen), 'job')}**, {used}: logs, curves and checkpoints go from this server's "
        f"disk. {_KEPT}"
        if chosen
        else "No finished job is of these."
    )
    _yes_or_no([job.id for job in chosen])


def _yes_or_no(jobs: Sequence[str]) -> None:
    """Only the first button deletes."""
    with st.container(horizontal=True):
        delete = st.button("Delete", key="tr-job-delete-yes", type="primary", icon=":material/delete:",
                           disabled=not jobs)  # fmt: skip
        keep = st.button("Keep", key="tr-job-delete-no")
    if delete:
        refused = training_jobs.delete(jobs)
        if st.query_params.get(_CHOSEN) in jobs:  # or the page would miss it
            st.query_params.pop(_CHOSEN)
        if refused:
            notice.say(" ".join(refused))
            return
    if delete or keep:
        _answered()
        st.rerun()
