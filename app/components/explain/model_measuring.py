"""Measuring a model's explanations from the page: the button, how far it is, and a stop."""

import streamlit as st

from app import messages
from app.components import live
from core.config.settings import settings
from core.inference import explanations_job
from core.jobs import runner
from core.jobs.job import Job
from core.literal import literal
from core.models.bundle import Bundle

EVERY = 1.0


def show(bundle: Bundle, again: bool) -> None:
    """Draw it.

    Args:
        bundle: The model.
        again: Whether there are figures of it already.
    """
    job = explanations_job.newest(bundle, settings())
    if job and not job.finished:
        live.draw(lambda: _running(bundle), EVERY, "ex-measuring-turn")
        return
    if job and job.state == "failed":
        st.markdown(literal(f"It could not be measured: {job.reason}"))
    for failure in (job.result or {}).get("failures", ()) if job else ():
        st.caption(literal(str(failure)))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Measure again" if again else "Measure this model", key="e_measure",
                  icon=":material/biotech:", type="secondary" if again else "primary",
                  on_click=_start, args=(bundle,))  # fmt: skip
        st.caption("By the quick methods, in the background; some minutes. It is kept with the model.")


def _running(bundle: Bundle) -> None:
    """How far it is; the page is drawn anew once it is over."""
    with messages.guarded():
        job = explanations_job.newest(bundle, settings())
        if job is None or job.finished:
            st.rerun()
        with st.container(key="ex-measuring", horizontal=True, vertical_alignment="center", gap="small"):
            st.progress(min(max(job.share, 0.0), 1.0), literal(_words(job)))
            st.button("Stop", key="e_measure_stop", icon=":material/stop:", on_click=_stop, args=(job,))


def _words(job: Job) -> str:
    return f"Measuring: {job.phase or 'starting'}, {job.share:.0%}"


def _start(bundle: Bundle) -> None:
    with messages.guarded():
        explanations_job.start(bundle, settings())


def _stop(job: Job) -> None:
    with messages.guarded():
        runner.cancel(job.id, settings())
