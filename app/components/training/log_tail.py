"""The end of a job's log, as it is."""

import streamlit as st

from app import training_jobs
from app.literal import markup
from core.jobs.job import Job

LINES = 40


def show(job: Job) -> None:
    """Draw it, folded."""
    with st.expander("Log", key="tr-job-log", icon=":material/subject:"):
        said = training_jobs.log(job, LINES)
        live = "" if job.finished else " live"
        st.html(f'<pre class="tr-job-log{live}">{markup(said) or "Nothing was said yet."}</pre>')
