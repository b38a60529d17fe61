"""From finished jobs to their runs: tick some here, hold them against each other in Experiments."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from app import navigation
from app.experiments import chosen
from core.config.settings import settings
from core.jobs.job import Job
from core.tracking.outbox import FOLDER, Outbox

KEY: Final = "compare"
LEAST, MOST = 2, 6
_VIEW: Final = "Compare"
_NO_RUN: Final = "MLflow has no run of this job yet, so it can't be compared."
_SHORT: Final = 8


def picked() -> list[str]:
    """The jobs' ids that the address names; at most `MOST`."""
    return [one for one in st.query_params.get(KEY, "").split(",") if one][:MOST]


def run(job: Job) -> str:
    """The id of a job's MLflow run; empty where MLflow hasn't got it yet."""
    told = job.result.get("run_id")
    if isinstance(told, str) and told:
        return told
    return Outbox(settings().var / "jobs" / job.id / FOLDER).delivered.run_id or ""


def tick(job: Job) -> None:
    """Draw the box that takes a finished job into the comparison."""
    if job.state != "succeeded":
        st.html('<div class="tr-job-nopick"></div>', width=100)
        return
    now, key, known = picked(), f"tr-job-pick-{job.id}", bool(run(job))
    st.session_state[key] = known and job.id in now
    full = len(now) >= MOST and job.id not in now
    st.checkbox("Compare", key=key, disabled=full or not known, help=None if known else _NO_RUN, width=100,
                on_change=_turn, args=(job.id,))  # fmt: skip


def button(jobs: Sequence[Job]) -> None:
    """Draw the way there; it opens with two jobs that are ticked.

    Args:
        jobs: Every job; others that the address names are passed over.
    """
    by_id = {job.id: job for job in jobs if job.state == "succeeded"}
    runs = [found for one in picked() if one in by_id and (found := run(by_id[one]))]
    said = f"Tick {LEAST} to {MOST} finished jobs" if len(runs) < LEAST else None
    if st.button("Compare in Experiments", key="tr-job-compare", icon=":material/science:",
                 disabled=len(runs) < LEAST, help=said):  # fmt: skip
        asked = {"view": _VIEW, chosen.KEY: ",".join(one[:_SHORT] for one in runs)}
        st.switch_page(navigation.EXPERIMENTS, query_params=asked)


def _turn(job: str) -> None:
    now = picked()
    kept = [one for one in now if one != job] if job in now else [*now, job]
    if kept:
        st.query_params[KEY] = ",".join(kept)
    else:
        st.query_params.pop(KEY, None)
