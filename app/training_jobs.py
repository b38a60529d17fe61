"""The training jobs as pages show them. They outlive every page; any browser sees the same."""

import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import streamlit as st

from app import dataset_jobs, messages
from app.words import counted
from core.config import fields
from core.config.fields import Parameter
from core.config.settings import Settings, settings
from core.data.fetching.meter import lasting
from core.errors import InputError, StudioError
from core.evaluation import report
from core.jobs import records, retrying
from core.jobs import runner as jobs_runner
from core.jobs.job import Job
from core.models import backbones
from core.training import history, runner
from core.training.history import Epoch

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "queued": ("\u25cb", "waiting"),
    "running": ("\u25cf", "running"),
    "succeeded": ("\u2713", "finished"),
    "failed": ("\u2715", "failed"),
    "cancelled": ("\u25a0", "stopped"),
}
"""A mark and a word for each state: neither is ever told by colour alone."""
_AT_ONCE_S: Final = 0.4
"""A stop that is done by then is seen at once; a longer one goes on by itself."""
_DAY_S: Final = 86_400.0
_troubles: dict[str, str] = {}
"""By job: why it could not be stopped. All browsers are told."""


def every() -> list[Job]:
    """Every training job: running ones first, then those that wait, then finished ones, newest first."""
    found = runner.every(settings())
    oldest = found[::-1]
    running = [job for job in oldest if job.state == "running"]
    waiting = [job for job in oldest if job.state == "queued"]
    over = [job for job in found if job.finished]
    return [*running, *waiting, *sorted(over, key=lambda job: job.ended or job.created, reverse=True)]


def find(job: str) -> Job | None:
    """A training job by its id; None where there is none."""
    try:
        found = records.read(job, settings())
    except InputError:
        return None
    return found if found.worker == runner.WORKER else None


def title(job: Job) -> str:
    """What a person calls a job; made from its recipe where nobody named it."""
    given = str(job.request.get("title") or "").strip()
    return given or ", ".join([f"{backbone(job)} on {dataset(job)}", *_special(job)])


def _special(job: Job) -> list[str]:
    """What tells a recipe from the usual one, in a few words."""
    training = _section(params(job), "training")
    tuned = {"top": "top tuned", "all": "all tuned"}.get(str(training.get("unfreeze")), "")
    if training.get("fit") == "regression":
        return ["regression"]
    return [
        word
        for word, true in (
            ("search", bool(job.request.get("sweep"))),
            ("k-fold", training.get("k_fold") is True),
            (tuned, bool(tuned)),
        )
        if true
    ]


def dataset(job: Job) -> str:
    """The data set that a job learns from."""
    return str(job.request.get("dataset") or "no data set")


def backbone(job: Job) -> str:
    """The backbone's name, as people write it."""
    name = str(_section(params(job), "model").get("backbone") or "mobilenet_v2")
    return backbones.TABLE[name].title if name in backbones.TABLE else name


def params(job: Job) -> Mapping[str, Any]:
    """A job's recipe as it was asked for, by section."""
    found = job.request.get("params")
    return found if isinstance(found, dict) else {}


def recipe(job: Job) -> list[tuple[Parameter, Any]]:
    """Every parameter with its value in a job's recipe, in the order of params.yaml."""
    asked = params(job)
    return [(one, _section(asked, one.section).get(one.name, one.default)) for one in fields.parameters()]


def changed(job: Job) -> list[tuple[Parameter, Any]]:
    """Those of a recipe that aren't at their defaults."""
    return [(one, value) for one, value in recipe(job) if value != one.default]


def written(value: object) -> str:
    """A parameter's value as params.yaml has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(written, value)) or "none"
    return "null" if value is None else str(value) or '""'


def state(job: Job) -> tuple[str, str]:
    """A job's state as a mark and a word."""
    return ("\u25a1", "stopping\u2026") if stopping(job) else WORDS[job.state]


def signature(jobs: Sequence[Job]) -> list[tuple[str, str]]:
    """What a page has to be drawn anew for when it changes: which jobs there are, and their states."""
    return [(job.id, state(job)[1]) for job in jobs]


def ahead(job: Job, jobs: Sequence[Job]) -> int:
    """How many jobs a waiting one waits for."""
    mine = [one for one in jobs if one.queue == job.queue and one.id != job.id]
    return sum(one.state == "running" or (one.state == "queued" and one.id < job.id) for one in mine)


def doing(job: Job, jobs: Sequence[Job] = ()) -> str:
    """What an unfinished job does right now, in its own words."""
    if job.state == "queued":
        count = ahead(job, jobs)
        return f"waiting for {counted(count, 'job')}" if count else "starting"
    branch, trials = job.facts.get("branch"), job.facts.get("trials")
    if branch and trials:
        branch = f"{branch} of {trials}"
    # the epoch stands beside it already, as a fact
    words = "" if epoch(job) and job.words.startswith("epoch ") else job.words
    parts = [str(part) for part in (branch, job.phase, words) if part]
    return ", ".join(dict.fromkeys(parts)) or "starting"


def epoch(job: Job) -> str:
    """``epoch 4/20``; empty before the first."""
    number, count = job.facts.get("epoch"), job.facts.get("epochs")
    return f"epoch {number}/{count}" if isinstance(number, int) and isinstance(count, int) else ""


def rate(job: Job) -> str:
    """``118 images/s``; empty where none was told."""
    told = job.facts.get("images_per_s")
    if job.state != "running" or not isinstance(told, int | float) or not 0 < told < 1e9:
        return ""
    return f"{told:,.0f} images/s" if told >= 10 else f"{told:.1f} images/s"


def left(job: Job) -> str:
    """``3 min left``, as the worker tells it or by the pace so far; empty where nothing says it."""
    if job.state != "running":
        return ""
    told = job.facts.get("seconds_left")
    seconds = told if isinstance(told, int | float) and told >= 0 else dataset_jobs.seconds_left(job)
    return f"{lasting(seconds)} left" if seconds is not None and seconds < 1e9 else ""


def took(job: Job) -> str:
    """``took 12 min``; empty where it never ran."""
    return f"took {lasting(job.ended - job.started)}" if job.ended and job.started else ""


def when(moment: float | None) -> str:
    """``5 min ago``, or the day (UTC) where that is longer ago; empty where there is no moment."""
    if not moment:
        return ""
    ago = time.time() - moment
    if 0 <= ago < _DAY_S:
        return f"{lasting(ago)} ago" if ago >= 1 else "now"
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d}"


def epochs(job: Job) -> dict[str, list[Epoch]]:
    """What was measured after each epoch, by branch."""
    try:
        return history.read(records.events(job.id, settings()))
    except InputError:  # deleted since
        return {}


def reason(job: Job) -> str:
    """Why a job ended as it did; it isn't asked for what is done by itself."""
    return job.reason.removesuffix(" Start the job again.") if again(job) else job.reason


def ended_early(job: Job) -> str:
    """That a training stopped before its last epoch; empty where it did not."""
    last, asked = (job.facts.get(name) for name in ("epoch", "epochs"))
    early = job.result.get("stopped") == "early" and last != asked  # another fold's epochs may count less
    return "stopped early" if early else ""


def again(job: Job) -> str:
    """That a job's worker was lost, and what is done about it; empty where it was not."""
    if job.finished and retrying.due(job):
        return "It goes on by itself within a minute, from its last finished epoch."
    if not job.finished and job.attempts > 1:
        return (
            f"Its worker was lost; this is worker {job.attempts}, which went on from the last finished epoch."
        )
    return ""


def log(job: Job, lines: int = 40) -> str:
    """The end of a job's log."""
    try:
        return records.log(job.id, settings(), lines)
    except InputError:
        return ""


def bundle(job: Job) -> Path | None:
    """The bundle that a finished job made."""
    found = job.result.get("bundle")
    return Path(found) if job.state == "succeeded" and isinstance(found, str) and found else None


def scores(job: Job) -> Path | None:
    """The file with all figures of a finished job, where there is one."""
    told = job.result.get("scores")
    found = [Path(told)] if isinstance(told, str) and told else []
    found.append(settings().var / "jobs" / job.id / report.FILE)
    return next((path for path in found if path.is_file()), None)


def disk_use(job: Job) -> int:
    """Bytes of a job's folder; of a finished one counted once."""
    return _disk_use(str(settings().var), job.id, job.ended)


@st.cache_data(max_entries=2000, show_spinner=False)
def _disk_use(var: str, job: str, ended: float | None) -> int:  # noqa: ARG001
    try:
        return records.disk_use(job, settings())
    except InputError:  # deleted since
        return 0


def stopping(job: Job) -> bool:
    """Whether a job was asked to stop and hasn't yet."""
    return not job.finished and (settings().var / "jobs" / job.id / records.CANCEL).exists()


def stop(job: str) -> None:
    """Ask a job to stop, and end it where it doesn't; that goes on when the page is closed."""
    _troubles.pop(job, None)
    asking = threading.Thread(target=_stop, args=(job, settings()), name=f"stop-{job}")
    asking.start()
    asking.join(_AT_ONCE_S)


def trouble(job: str) -> str:
    """Why a job could not be stopped; empty where it could."""
    return _troubles.get(job, "")


def delete(jobs: Sequence[str]) -> list[str]:
    """Delete finished jobs.

    Returns:
        Why some could not be, sentences.
    """
    said = []
    for job in jobs:
        try:
            jobs_runner.delete(job, settings())
        except StudioError as error:
            said.append(error.sentence)
    return said


def _stop(job: str, here: Settings) -> None:
    try:
        jobs_runner.cancel(job, here)
    except Exception as error:
        _troubles[job] = messages.sentence(error)


def _section(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = found.get(name)
    return section if isinstance(section, dict) else {}
