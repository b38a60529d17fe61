"""Measurements that go on: how far, and a stop."""

import streamlit as st

from app import messages
from app.components import live
from app.components.experiments.models import decisions
from app.experiments import promoting
from core.jobs.job import Job
from core.literal import literal, markup

EVERY = 1.0


def show() -> None:
    """Draw them; nothing where none goes on."""
    now = promoting.running()
    if now:
        drawn = [job.id for job in now]
        live.draw(lambda: _running(drawn), EVERY)


def _running(drawn: list[str]) -> None:
    """Draw those that go on; the page is drawn anew as soon as they are others."""
    with messages.guarded():
        jobs = promoting.gates()
        now = [job for job in jobs if not job.finished]
        if [job.id for job in now] != drawn:
            _tell([job for job in jobs if job.id in drawn and job.finished])
            st.rerun()
        with st.container(key="r-running", gap="small"):
            for job in now:
                _one(job)


def _one(job: Job) -> None:
    title = f"Measuring v{job.request.get('version', '')}"
    with st.container(key=f"r-job-{job.id}", horizontal=True, vertical_alignment="center", wrap=False):
        words = ": ".join(part for part in (job.phase or "starting", job.words) if part)
        st.html(
            f'<div class="job"><div class="job-name"><b>{markup(title)}</b><span>{job.share:.0%}</span></div>'
            f'<progress max="1" value="{job.share:.3f}" aria-label="{markup(title)}"></progress>'
            f'<div class="job-words">{markup(words)}</div></div>'
        )
        st.button("Stop", key=f"r-stop-{job.id}", icon=":material/stop:",
                  on_click=decisions.stop, args=(job.id,))  # fmt: skip


def _tell(ended: list[Job]) -> None:
    for job in ended:
        if job.state == "succeeded":
            st.toast(f"v{literal(str(job.request.get('version')))} is measured.", icon=":material/check:")
