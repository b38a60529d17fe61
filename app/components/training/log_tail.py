"""The end of a job's log, without what TensorFlow greets with; the file has that too."""

import streamlit as st

from app import training_jobs
from core.jobs.ending import NOISE
from core.jobs.job import Job
from core.literal import markup

LINES = 40


def show(job: Job) -> None:
    """Draw it, folded."""
    with st.expander("Log", key="tr-job-log", icon=":material/subject:"):
        lines = training_jobs.log(job, 2 * LINES).splitlines()
        said = "\n".join([line for line in lines if not NOISE.match(line)][-LINES:])
        live = "" if job.finished else " live"
        st.html(f'<pre class="tr-job-log{live}">{markup(said) or "Nothing was said yet."}</pre>')
