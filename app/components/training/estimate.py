"""How long a run will take here, before it starts; and the short measurement that this rests on."""

from typing import Any, Final

import streamlit as st

from app import dataset, messages
from app.components.training import splitting
from app.dataset_jobs import words
from core.config.params import Params
from core.config.settings import settings
from core.errors import StudioError
from core.jobs import records, runner
from core.jobs.job import Job
from core.literal import markup
from core.training.search.sweep import Sweep
from core.training.timing import duration, pace

_KEY: Final = "tr-form-measuring"
_ASIDE: Final = "Counts neither the wait for other jobs nor what was computed before, which is kept."


def show(name: str, params: Params | None, sweep: dict[str, Any] | None) -> None:
    """Draw it.

    Args:
        name: The data set.
        params: The recipe; None where there is none yet that could be trained.
        sweep: What is searched for, if anything.
    """
    with st.container(key="tr-form-estimate"):
        job = _job()
        if job and not job.finished:
            _measuring(job.id)
            return
        if job and job.state == "failed":
            st.caption(f"Not measured: {job.reason}")
        if params is None:
            _line("")
            return
        some = splitting.slices(dataset.shown(name), params)
        search = Sweep.model_validate(sweep) if sweep else None
        found = duration.estimate(params, some, pace.read(settings()), search) if some else None
        if found:
            _line(found.words, _ASIDE)
        elif some:
            _offer(name, params)


def measure(name: str, params: Params) -> Job:
    """Start the measurement of a recipe's network with slices of a set.

    Raises:
        StudioError: No job can be started.
    """
    return runner.start(pace.WORKER, {"dataset": name, "params": params}, settings())


def _offer(name: str, params: Params) -> None:
    st.button(
        "Measure this machine (under a minute)", key="tr-form-measure", icon=":material/timer:",
        help="Runs this network on some slices, to say how long a training takes here",
        on_click=_start, args=(name, params),
    )  # fmt: skip


def _start(name: str, params: Params) -> None:
    try:
        st.session_state[_KEY] = measure(name, params).id
    except StudioError as error:
        messages.show(error)


def _job() -> Job | None:
    """The measurement that this tab began; None where there is none."""
    wanted = st.session_state.get(_KEY)
    try:
        found = records.read(wanted, settings()) if wanted else None
        if found and found.state in ("succeeded", "cancelled"):
            runner.delete(found.id, settings())  # its figures are kept elsewhere
    except StudioError:
        return None
    return found


@st.fragment(run_every=1.0)
def _measuring(known: str) -> None:
    """Say how far it is; the form is drawn anew once it is over."""
    job = _job()
    if job is None or job.id != known or job.finished:
        st.rerun()
    _line(f"Measuring: {words(job)}")


def _line(text: str, title: str = "") -> None:
    st.html(f'<div class="tr-form-words" title="{markup(title)}">{markup(text)}</div>')
