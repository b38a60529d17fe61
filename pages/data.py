"""Data: pick or ingest a set, see what is wrong with it, and how much a split of it leaks."""

import streamlit as st

from app import dataset
from app.components import heading
from app.components.dataset import (
    chooser,
    class_rule,
    class_table,
    empty_set,
    exports,
    findings,
    ingest_form,
    job_progress,
    notice,
    plots,
    removal,
    summary,
)
from app.dataset import Shown
from app.messages import guarded

VIEWS = ("Report", "Classes and sizes", "Slices", "Series", "Duplicates", "Groups and split", "Edits")


def page(names: list[str]) -> None:
    notice.show(chooser.gone(names))
    if not names:
        empty_set.show(busy=bool(job_progress.show()))
        return
    with st.container(key="choose", horizontal=True, vertical_alignment="bottom", gap="small"):
        name = chooser.show(names)
        ingest_form.button()
        exports.show(name)
        removal.button(name)
    busy = name in job_progress.show()
    with guarded():
        shown = dataset.shown(name)
        summary.show(shown, busy=busy)
        views(shown, busy=busy)


def views(shown: Shown, *, busy: bool) -> None:
    tabs = dict(zip(VIEWS, st.tabs(VIEWS, key="view", bind="query-params"), strict=True))
    for title, tab in tabs.items():
        if tab.open:
            with tab, guarded():
                view(title, shown, busy=busy)


def view(title: str, shown: Shown, *, busy: bool) -> None:
    if title == "Report":
        findings.show(shown)
    elif title == "Classes and sizes":
        class_table.show(shown)
        plots.show(shown)
        class_rule.show(shown, busy=busy)


heading.plain("Data")
page(dataset.names())
