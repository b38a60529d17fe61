"""What a finished training came to: honest figures first, where it errs, and the flattering ones beside."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app import messages, resources, training_jobs
from app.class_colours import colours
from app.components import accuracy
from app.figures import told
from core.errors import BundleError
from core.evaluation import report
from core.jobs.job import Job
from core.literal import markup
from core.models.bundle import Card


def show(job: Job) -> None:
    """Draw it; a model that can't be read any more is a sentence."""
    card = _card(job)
    if card is None:
        f1 = told(job.result.get("macro_f1"))
        if f1:
            st.caption(f"Its macro F1, on patients it never saw, was {f1.value:.2f}.")
        return
    accuracy.show(card.metrics)
    where_it_errs(card.metrics)


def where_it_errs(metrics: Mapping[str, Any]) -> None:
    """Draw the confusion matrix and the classes of what was measured on unseen patients, folded.

    Args:
        metrics: As `core.evaluation.report` lays them out; nothing is drawn where that wasn't measured.
    """
    _, grouped = report.honest(metrics)
    _, random = report.leaking(metrics)
    if not grouped:
        return
    with st.expander("Where it errs", key="tr-job-errs", icon=":material/grid_on:"):
        left, right = st.columns([1, 1.2], gap="large")
        with left:
            st.html(_confusion(grouped, "Patients it never saw: truth down, answer across"))
        with right:
            st.html(_classes(grouped, random))


def _card(job: Job) -> Card | None:
    path = training_jobs.bundle(job)
    if path is None:
        return None
    try:
        return resources.bundle(path).card
    except BundleError as error:
        messages.show(error)
        return None


def _confusion(split: Mapping[str, Any], title: str) -> str:
    labels: Sequence[str] = split.get("labels") or []
    counts: Sequence[Sequence[float]] = split.get("confusion") or []
    if not labels or len(counts) != len(labels):
        return ""
    head = "".join(f"<th>{markup(label)}</th>" for label in labels)
    rows = "".join(
        f"<tr>{_name(label, labels)}"
        f"{''.join(_cell(value, sum(row), at == own) for at, value in enumerate(row))}</tr>"
        for own, (label, row) in enumerate(zip(labels, counts, strict=True))
    )
    return (
        f'<div class="wide"><table class="tr-job-table tr-job-confusion"><caption>{markup(title)}</caption>'
        f"<thead><tr><th></th>{head}</tr></thead>{rows}</table></div>"
    )


def _cell(value: float, total: float, right: bool) -> str:
    share = value / total if total else 0.0
    return (
        f'<td class="{"right" if right else "wrong"}" style="--share:{share:.0%}" '
        f'title="{share:.0%} of its slices">{value:,.0f}</td>'
    )


def _classes(grouped: Mapping[str, Any], random: Mapping[str, Any]) -> str:
    """Precision, recall and F1 of each class; what the leaking split says of F1 stands marked beside."""
    mine: Mapping[str, Any] = grouped.get("per_class") or {}
    theirs: Mapping[str, Any] = random.get("per_class") or {}
    leaks = "<th>F1, random split (leaks)</th>" if theirs else ""
    rows = "".join(_class(label, one, theirs, list(mine)) for label, one in mine.items())
    return (
        '<div class="wide"><table class="tr-job-table"><caption>By class</caption><thead><tr><th></th>'
        f"<th>Precision</th><th>Recall</th><th>F1</th><th>AUC</th><th>Slices</th>{leaks}</tr></thead>"
        f"{rows}</table></div>"
    )


def _class(label: str, one: Mapping[str, Any], theirs: Mapping[str, Any], labels: Sequence[str]) -> str:
    cells = "".join(f"<td>{share(one.get(key))}</td>" for key in ("precision", "recall", "f1", "auc"))
    leak = f'<td class="tr-job-leak">{share((theirs.get(label) or {}).get("f1"))}</td>' if theirs else ""
    slices = one.get("slices")
    count = f"{slices:,.0f}" if isinstance(slices, int | float) else ""
    return f"<tr>{_name(label, labels)}{cells}<td>{count}</td>{leak}</tr>"


def _name(label: str, labels: Sequence[str]) -> str:
    shade = colours(list(labels))[label]
    return f'<th><span class="cls"><i style="background:{shade}"></i><b>{markup(label)}</b></span></th>'


def share(value: object) -> str:
    """A share with two digits; a dash where it was not measured."""
    return f"{value:.2f}" if isinstance(value, int | float) else "\u2013"
