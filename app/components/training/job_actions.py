"""What can be done with a job: stop, resume, clone with changes, take along, try in Review."""

import time
from typing import Final

import streamlit as st
import yaml

from app import navigation, training_form, training_jobs
from app.components import notice
from app.components.training import removal
from core.config import params
from core.config.settings import settings
from core.errors import StudioError
from core.jobs import runner
from core.jobs.job import Job
from core.literal import literal

PLACE: Final = "jobs"
"""Where on the page it is said what could not be done."""
_STOPPED: Final = "job-stopped"
_HELD_S: Final = 2.0
_CLONED: Final = "job-cloned"
_TO_THE_FORM: Final = (
    "<script>document.querySelector('[data-testid=\"stMain\"]')"
    "?.scrollTo({top: 0, behavior: 'smooth'})</script>"
)


def show(job: Job) -> None:
    """Draw the buttons of the chosen job."""
    if st.session_state.pop(_CLONED, False):
        st.html(_TO_THE_FORM, unsafe_allow_javascript=True)
    with st.container(key="tr-job-actions", horizontal=True, vertical_alignment="center", gap="small"):
        if job.state == "succeeded":
            _review(job)
        elif job.finished:
            st.button("Resume", key="tr-job-resume", icon=":material/play_arrow:", type="primary",
                      help="Go on from the last finished epoch", on_click=_resume,
                      args=(job.id,))  # fmt: skip
        st.button("Clone with changes", key="tr-job-clone", icon=":material/content_copy:",
                  help="Put this recipe into the form above", on_click=_clone, args=(job,))  # fmt: skip
        _downloads(job)
        if job.finished:
            removal.button(job)


def stop(job: Job, where: str) -> None:
    """Draw the button that stops a job.

    Args:
        job: An unfinished one.
        where: Tells buttons for the same job apart.
    """
    asked = training_jobs.stopping(job)
    # the list moves up when a job ends: a second click would stop the one that came under the pointer
    held = asked or time.monotonic() - st.session_state.get(_STOPPED, -_HELD_S) < _HELD_S
    if st.button("Stopping" if asked else "Stop", key=f"tr-job-stop-{where}-{job.id}", disabled=held,
                 icon=":material/stop:",
                 help="What is finished so far is kept; it can be resumed"):  # fmt: skip
        training_jobs.stop(job.id)
        st.session_state[_STOPPED] = time.monotonic()
        st.rerun()


def _review(job: Job) -> None:
    if training_jobs.bundle(job) is None:
        return
    if st.button("Try it in Review", key="tr-job-review", icon=":material/radiology:", type="primary",
                 help="Review answers with this model, in this session, until you go back"):  # fmt: skip
        st.switch_page(navigation.REVIEW, query_params={"model": job.id})


def _resume(job: str) -> None:
    try:
        runner.resume(job, settings())
    except StudioError as error:
        notice.keep(error, PLACE)


def _clone(job: Job) -> None:
    try:
        training_form.fill(params.checked(dict(training_jobs.params(job))), training_jobs.dataset(job))
    except StudioError as error:
        notice.keep(error, PLACE)
        return
    st.session_state[_CLONED] = True
    st.toast(
        f"The form has the recipe of {literal(training_jobs.title(job))}.", icon=":material/content_copy:"
    )


def _downloads(job: Job) -> None:
    with st.popover("Take along", icon=":material/download:", key="tr-job-files"):
        recipe = yaml.safe_dump(dict(training_jobs.params(job)), sort_keys=False, allow_unicode=True)
        st.download_button("Recipe (params.yaml)", recipe, f"{job.id}-params.yaml", "application/yaml",
                           key="tr-job-params", on_click="ignore", icon=":material/download:")  # fmt: skip
        scores = training_jobs.scores(job)
        if scores:
            st.download_button("Figures (scores.json)", scores.read_bytes, f"{job.id}-scores.json",
                               "application/json", key="tr-job-scores", on_click="ignore",
                               icon=":material/download:")  # fmt: skip
        st.download_button("Log (log.txt)", lambda: training_jobs.log(job, 10**6), f"{job.id}-log.txt",
                           "text/plain", key="tr-job-log-file", on_click="ignore",
                           icon=":material/download:")  # fmt: skip
