"""The chosen job: where it stands, its curves, its log, what it was asked for, what came out."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app import training_jobs
from app.components import live
from app.components.training import curves, job_actions, job_list, log_tail, result, search
from app.messages import guarded
from core.config.fields import Parameter
from core.jobs.job import Job
from core.literal import markup


def show(job: Job) -> None:
    """Draw it; while it is unfinished it draws itself anew."""
    known = training_jobs.state(job)
    every = None if job.finished else job_list.EVERY_S
    live.draw(lambda: _head(job.id, known), every)
    job_actions.show(job)
    if job.state == "succeeded":
        with guarded():
            result.show(job)
    live.draw(lambda: _course(job.id), every)
    with guarded():
        _recipe(job)


def _head(asked: str, known: tuple[str, str]) -> None:
    """Draw the state; the page is drawn anew when it is another one than it knows."""
    with guarded():
        job = training_jobs.find(asked)
        if job is None or training_jobs.state(job) != known:
            st.rerun()
        with st.container(key="tr-job-head", horizontal=True, vertical_alignment="center", wrap=False):
            st.html(_words(job))
            if not job.finished:
                job_actions.stop(job, "head")


def _words(job: Job) -> str:
    mark, word = training_jobs.state(job)
    facts = [
        training_jobs.dataset(job), training_jobs.backbone(job), training_jobs.epoch(job),
        training_jobs.ended_early(job), training_jobs.rate(job), training_jobs.left(job),
        training_jobs.took(job) if job.finished else "",
    ]  # fmt: skip
    said = " \u00b7 ".join(markup(fact) for fact in facts if fact)
    jobs = [] if job.finished else training_jobs.every()
    doing = "" if job.finished else f"<p>{markup(training_jobs.doing(job, jobs))}</p>"
    return (
        f'<div class="tr-job-one {job.state}"><h2>{markup(training_jobs.title(job))}</h2>'
        f'<p class="tr-job-said"><b><i aria-hidden="true">{mark}</i>{markup(word)}</b> {said}</p>'
        f"{doing}{job_list.bar(job)}{_reason(job)}</div>"
    )


def _reason(job: Job) -> str:
    """Why it ended so, and what else its worker wants said."""
    notes = [training_jobs.trouble(job.id), str(job.facts.get("warning") or ""), training_jobs.again(job)]
    if job.result.get("stopped") == "diverged":
        notes.append("The loss was no number any more: the last good weights were kept.")
    said = "".join(f'<p class="tr-job-note">{markup(note)}</p>' for note in notes if note)
    why = (
        f'<p class="tr-job-why">{markup(training_jobs.reason(job))}</p>'
        if job.reason and job.finished
        else ""
    )
    return why + said


def _course(asked: str) -> None:
    """Draw what changes with every epoch."""
    with guarded():
        job = training_jobs.find(asked)
        if job is None:
            return
        branches = training_jobs.epochs(job)
        if branches:
            curves.show(branches)
        elif not job.finished:
            st.html('<div class="tr-job-soon">The curves begin with the first finished epoch.</div>')
        if job.request.get("sweep"):
            search.show(job)
        log_tail.show(job)


def _recipe(job: Job) -> None:
    changed = training_jobs.changed(job)
    with st.expander("Parameters", key="tr-job-recipe", icon=":material/tune:"):
        if changed:
            st.markdown("**Other than the defaults**")
            st.html(_table(changed))
        else:
            st.markdown("Every parameter is at its default.")
        st.markdown("**All**")
        st.html(_table(training_jobs.recipe(job)))


def _table(found: Sequence[tuple[Parameter, Any]]) -> str:
    rows = "".join(
        f"<tr><th>{markup(one.path)}</th><td>{markup(training_jobs.written(value))} {markup(one.unit)}</td>"
        f"<td>{markup(one.meaning)}</td></tr>"
        for one, value in found
    )
    return f'<div class="wide"><table class="tr-job-params">{rows}</table></div>'
