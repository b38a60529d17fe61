"""Two to four finished trainings side by side: figures, what they were asked for, how they learnt."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from app import resources, training_jobs
from app.components.training import curves
from app.components.training.result import share
from app.figures import figure
from app.literal import literal, markup
from core.config import fields
from core.errors import BundleError
from core.evaluation import report
from core.jobs.job import Job
from core.training.history import Epoch

KEY: Final = "compare"
LEAST, MOST = 2, 4
_RANGED: Final = {"macro_f1": "macro F1", "accuracy": "accuracy", "balanced_accuracy": "balanced accuracy"}
_PLAIN: Final = {"auc": "AUC", "brier": "Brier (less is better)", "ece": "calibration error"}


def picked() -> list[str]:
    """The ids that the address names; at most `MOST`."""
    return [one for one in st.query_params.get(KEY, "").split(",") if one][:MOST]


def tick(job: Job) -> None:
    """Draw the box that takes a finished job into the comparison."""
    if job.state != "succeeded":
        st.html('<div class="tr-job-nopick"></div>', width=100)
        return
    now, key = picked(), f"tr-job-pick-{job.id}"
    st.session_state[key] = job.id in now
    full = len(now) >= MOST and job.id not in now
    st.checkbox("Compare", key=key, disabled=full, width=100, on_change=_turn, args=(job.id,))


def _turn(job: str) -> None:
    now = picked()
    _address([one for one in now if one != job] if job in now else [*now, job])


def show(jobs: Sequence[Job]) -> None:
    """Draw the comparison; nothing while fewer than two are picked."""
    by_id = {job.id: job for job in jobs if job.state == "succeeded"}
    chosen = [by_id[one] for one in picked() if one in by_id]
    if len(chosen) < LEAST:
        if chosen:
            st.caption("Tick one more finished job to compare them.")
        return
    with st.container(key="tr-job-compare"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader("Side by side", anchor=False)
            if st.button("Compare no more", key="tr-job-compare-end", type="tertiary"):
                _address([])
                st.rerun()
        st.html(_table(chosen))
        if len({training_jobs.dataset(job) for job in chosen}) > 1:
            st.caption(
                "They were measured on different data sets: their figures say little about each other."
            )
        _curves(chosen)


def _address(ids: Sequence[str]) -> None:
    if ids:
        st.query_params[KEY] = ",".join(ids)
    else:
        st.query_params.pop(KEY, None)


def _table(chosen: Sequence[Job]) -> str:
    """Figures with their intervals, then only the parameters that differ."""
    metrics = [_metrics(job) for job in chosen]
    names = [curves_name(job, chosen) for job in chosen]
    head = "".join(f"<th>{markup(name)}</th>" for name in names)
    rows = [_row("data set", [training_jobs.dataset(job) for job in chosen])]
    rows += [_row(name, [_ranged(one, key) for one in metrics]) for key, name in _RANGED.items()]
    rows += [
        _row(name, [share(report.honest(one)[1].get(key)) for one in metrics]) for key, name in _PLAIN.items()
    ]
    leaking = [_ranged(one, "macro_f1", leaking=True) for one in metrics]
    if any(one != "\u2013" for one in leaking):
        rows.append(_row("macro F1, random split (leaks)", leaking))
    rows += [_row(path, values) for path, values in different(chosen)]
    return (
        f'<div class="wide"><table class="tr-job-table tr-job-side"><thead><tr><th></th>{head}</tr></thead>'
        f"{''.join(rows)}</table></div>"
    )


def different(chosen: Sequence[Job]) -> list[tuple[str, list[str]]]:
    """The parameters that are not the same in all of these recipes, with each one's value."""
    recipes = [{one.path: value for one, value in training_jobs.recipe(job)} for job in chosen]
    found = []
    for one in fields.parameters():
        values = [training_jobs.written(recipe[one.path]) for recipe in recipes]
        if len(set(values)) > 1:
            found.append((one.path, values))
    return found


def curves_name(job: Job, chosen: Sequence[Job]) -> str:
    """A job's name among these: with a number where another is called the same."""
    name = training_jobs.title(job)
    same = [one.id for one in chosen if training_jobs.title(one) == name]
    return f"{name} ({same.index(job.id) + 1})" if len(same) > 1 else name


def _curves(chosen: Sequence[Job]) -> None:
    found = {curves_name(job, chosen): _main(training_jobs.epochs(job)) for job in chosen}
    told = {name: epochs for name, epochs in found.items() if epochs}
    if len(told) < LEAST:
        return
    for place, plot in zip(st.columns(2, gap="medium"), curves.PLOTS, strict=False):
        with place:
            st.html(f'<div class="tr-job-plot">{markup(plot.title)}, validation</div>')
            st.plotly_chart(curves.figure(plot, told), key=f"tr-job-side-{plot.key}",
                            config={"displayModeBar": False},
                            alt=f"{plot.title} of validation: {literal(', '.join(told))}")  # fmt: skip


def _main(branches: Mapping[str, Sequence[Epoch]]) -> Sequence[Epoch]:
    """A job's own curve; the first fold's or trial's where it has none of its own."""
    honest = {name: epochs for name, epochs in branches.items() if name != curves.RANDOM}
    return honest.get("") or next(iter(honest.values()), ())


def _metrics(job: Job) -> Mapping[str, Any]:
    path = training_jobs.bundle(job)
    try:
        return resources.bundle(path).card.metrics if path else {}
    except BundleError:  # said where the job itself is shown
        return {}


def _ranged(metrics: Mapping[str, Any], key: str, *, leaking: bool = False) -> str:
    split = (report.leaking if leaking else report.honest)(metrics)[0]
    found = figure(metrics, split, key)
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})" if found else "\u2013"


def _row(name: str, values: Sequence[str]) -> str:
    cells = "".join(f"<td>{markup(value)}</td>" for value in values)
    return f"<tr><th>{markup(name)}</th>{cells}</tr>"
