"""The lower half of Train: the jobs, and the chosen one."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from app import training_jobs
from app.components import notice
from app.components.training import job_actions, job_list, one_job, removal
from app.messages import guarded
from app.words import counted
from core.jobs.job import Job
from core.literal import literal

KEY: Final = "job"
_LAST: Final = "job-last"
_PLACE: Final = "tr-jobs"
NONE: Final = "No model was trained yet. Choose a data set and a backbone above and press Start."


def show() -> None:
    """Draw it; what fails in one part is said there, and the rest goes on."""
    st.subheader("Jobs", anchor=_PLACE)
    notice.show(place=job_actions.PLACE)
    jobs = training_jobs.every()
    if not jobs:
        st.caption(NONE)
    chosen = _chosen(jobs)
    with guarded():
        job_list.show(jobs, chosen.id if chosen else "")
    if chosen:
        with guarded():
            one_job.show(chosen)
    removal.question(jobs)


def way() -> None:
    """Draw the way down to the jobs, where a narrow screen has them far below the form."""
    jobs = training_jobs.every()
    live = sum(not job.finished for job in jobs)
    said = f"{counted(live, 'unfinished job')}" if live else counted(len(jobs), "job")
    if jobs:
        st.html(f'<a class="tr-way" href="#{_PLACE}" target="_self">\u2193 {said} below</a>')


def _chosen(jobs: Sequence[Job]) -> Job | None:
    """The job that the address names, or the one that was looked at last, or the first of the list."""
    asked = st.query_params.get(KEY)
    by_id = {job.id: job for job in jobs}
    if asked and asked not in by_id:
        st.caption(f"There is no job {literal(asked[:40])} here; it may have been deleted.")
        return None
    found = by_id.get(asked or st.session_state.get(_LAST, "")) or (jobs[0] if jobs else None)
    if found:
        st.session_state[_LAST] = found.id
        if asked != found.id:
            st.query_params[KEY] = found.id
    return found
