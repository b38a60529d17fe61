"""Every training job on a line: what it is, how far, and the one thing to do about it."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from app import training_jobs
from app.components import live
from app.components.training import job_actions, removal, to_experiments
from app.figures import told
from app.messages import guarded
from app.words import counted
from core.data.fetching.meter import size
from core.jobs.job import Job
from core.literal import literal, markup

EVERY_S: Final = 1.5
RESTING_S: Final = 5.0
"""While no job is unfinished: another browser, the command line or a retry may start one."""
PAGE: Final = 10
_SHOWN: Final = "job-list-shown"
"""How many finished jobs are listed."""
_LONGEST: Final = 38


def show(jobs: Sequence[Job], chosen: str) -> None:
    """Draw the list; it draws itself anew, often while a job is unfinished.

    Args:
        jobs: As `training_jobs.every` orders them.
        chosen: The id of the one that is shown below.
    """
    running = any(not job.finished for job in jobs)
    known = _known(jobs)
    live.draw(lambda: _draw(known, chosen), EVERY_S if running else RESTING_S)


def _draw(known: object, chosen: str) -> None:
    with guarded():
        jobs = training_jobs.every()
        if _known(jobs) != known:
            st.rerun()
        shown = st.session_state.get(_SHOWN, PAGE)
        over = [job for job in jobs if job.finished]
        for job in [*(job for job in jobs if not job.finished), *over[:shown]]:
            _line(job, jobs, chosen)
        _below(over, shown)


def _known(jobs: Sequence[Job]) -> object:
    """What the whole page has to be drawn anew for when it changes."""
    return training_jobs.signature(jobs), to_experiments.picked()


def _line(job: Job, jobs: Sequence[Job], chosen: str) -> None:
    on = "on" if job.id == chosen else "off"
    with st.container(key=f"tr-job-line-{on}-{job.id}", horizontal=True, vertical_alignment="center",
                      gap="small", wrap=False):  # fmt: skip
        name = training_jobs.title(job)
        if st.button(literal(_short(name)), key=f"tr-job-choose-{job.id}", type="tertiary", width=250,
                     help=literal(name)):  # fmt: skip
            st.query_params["job"] = job.id
            st.rerun()
        st.html(_facts(job, jobs))
        if job.finished:
            to_experiments.tick(job)
        else:
            job_actions.stop(job, "line")


def _facts(job: Job, jobs: Sequence[Job]) -> str:
    mark, word = training_jobs.state(job)
    cells = {
        "state": f'<i aria-hidden="true">{mark}</i>{markup(word)}',
        "set": markup(training_jobs.dataset(job)),
        "net": markup(training_jobs.backbone(job)),
        **(_over(job) if job.finished else _under_way(job, jobs)),
    }
    inner = "".join(f'<span class="tr-job-{name}">{text}</span>' for name, text in cells.items())
    return f'<div class="tr-job-facts {job.state}">{inner}</div>'


def _under_way(job: Job, jobs: Sequence[Job]) -> dict[str, str]:
    words = markup(training_jobs.epoch(job) or training_jobs.doing(job, jobs))
    return {
        "far": f"<b>{words}</b>{bar(job)}",
        "rate": markup(training_jobs.rate(job)),
        "left": markup(training_jobs.left(job)),
        "when": markup(_since(job)),
    }


def bar(job: Job) -> str:
    """A running job's progress, as markup; empty of any other."""
    if job.state != "running":
        return ""
    name = markup(training_jobs.title(job))
    return f'<progress max="1" value="{job.share:.3f}" aria-label="{name}"></progress>'


def _since(job: Job) -> str:
    if job.state == "queued":
        return f"asked for {training_jobs.when(job.created)}"
    return f"started {training_jobs.when(job.started)}"


def _over(job: Job) -> dict[str, str]:
    f1 = told(job.result.get("macro_f1")) if job.state == "succeeded" else None
    said = f"macro F1 {f1.value:.2f}" if f1 else training_jobs.reason(job)
    return {
        "far": f"<b>{markup(said)}</b>",
        "rate": markup(training_jobs.took(job)),
        "left": markup(size(training_jobs.disk_use(job))),
        "when": markup(training_jobs.when(job.ended or job.created)),
    }


def _below(over: Sequence[Job], shown: int) -> None:
    if not over:
        return
    with st.container(key="tr-job-below", horizontal=True, vertical_alignment="center", gap="small"):
        total = sum(training_jobs.disk_use(job) for job in over)
        st.caption(f"{counted(len(over), 'finished job')}, {size(total)} on disk")
        if len(over) > shown:
            more = min(PAGE, len(over) - shown)
            st.button(f"Show {more} more", key="tr-job-more", type="tertiary", on_click=_more, args=(shown,))
        to_experiments.button(over)
        removal.button_many()


def _more(shown: int) -> None:
    st.session_state[_SHOWN] = shown + PAGE


def _short(title: str) -> str:
    return title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1]}\u2026"
