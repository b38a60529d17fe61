"""Jobs about data sets: how far, how long still, a stop; and what went wrong, with what to do."""

import streamlit as st

from app import dataset_jobs, messages, uploads
from app.components import live, notice
from app.components.dataset import chooser, ingest_form
from core.config.settings import settings
from core.errors import StudioError
from core.jobs import runner
from core.jobs.job import Job
from core.literal import literal, markup

EVERY = 1.0
_DOING = {"ingest": "Ingesting", "measure": "Measuring"}


def show() -> set[str]:
    """Draw them; nothing where no job runs and none went wrong.

    Returns:
        Names of the sets that are being worked on.
    """
    jobs = dataset_jobs.every()
    uploads.sweep(jobs)
    now = dataset_jobs.unfinished(jobs)
    if now:
        known = [job.id for job in now]
        live.draw(lambda: _running(known), EVERY)
    for job in dataset_jobs.went_wrong(jobs):
        _ended(job)
    return {dataset_jobs.name_of(job) for job in now}


def _running(known: list[str]) -> None:
    """Draw those that run; the page is drawn anew as soon as they are others than it knows."""
    with messages.guarded():
        jobs = dataset_jobs.every()
        now = dataset_jobs.unfinished(jobs)
        if [job.id for job in now] != known:
            _tell([job for job in jobs if job.id in known and job.finished])
            st.rerun()
        with st.container(key="jobs", gap="small"):
            for job in now:
                _one(job)


def _tell(ended: list[Job]) -> None:
    for job in ended:
        name = dataset_jobs.name_of(job)
        if job.state == "succeeded":
            verdict = literal(str(job.result.get("verdict", "measured")))
            st.toast(f"{literal(name)} is ready: {verdict}.", icon=":material/check:")
            if ingest_form.started(job.id):
                chooser.choose(name)


def _one(job: Job) -> None:
    name = dataset_jobs.name_of(job)
    doing = _DOING.get(str(job.request.get("do")), "Working on")
    with st.container(key=f"job-{job.id}", horizontal=True, vertical_alignment="center", wrap=False):
        st.html(
            f'<div class="job"><div class="job-name"><b>{markup(doing)} {markup(name)}</b>'
            f'<span>{job.share:.0%}</span></div><progress max="1" value="{job.share:.3f}" '
            f'aria-label="{markup(doing)} {markup(name)}"></progress>'
            f'<div class="job-words">{markup(dataset_jobs.words(job))}</div></div>'
        )
        st.button("Stop", key=f"stop-{job.id}", icon=":material/stop:", on_click=_stop, args=(job.id,))


def _ended(job: Job) -> None:
    name = dataset_jobs.name_of(job)
    said = literal(job.reason if job.reason.startswith(name) else f"{name}: {job.reason}")
    with st.container(key=f"ended-{job.id}", horizontal=True, vertical_alignment="center", gap="small"):
        if job.state == "failed":
            st.error(said, icon=":material/error:")
        else:
            st.info(said, icon=":material/stop_circle:")
        st.button("Dismiss", key=f"dismiss-{job.id}", type="tertiary", on_click=_dismiss, args=(job.id,),
                  help="Forget this job and its log")  # fmt: skip


def _stop(job: str) -> None:
    try:
        runner.cancel(job, settings())
    except StudioError as error:
        notice.keep(error)


def _dismiss(job: str) -> None:
    try:
        runner.delete(job, settings())
    except StudioError as error:
        notice.keep(error)
