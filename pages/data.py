"""Data: pick or ingest a set, see what is wrong with it, and how much a split of it leaks."""

import streamlit as st

from app import dataset
from app.components import heading, notice
from app.components.dataset import (
    chooser,
    empty_set,
    exports,
    ingest_form,
    job_progress,
    leak_meter,
    removal,
    summary,
    views,
)
from app.messages import guarded


def page(name: str) -> None:
    busy = name in job_progress.show()
    shown = dataset.shown(name)
    summary.show(shown, busy=busy)
    with guarded():
        leak_meter.show(shown)
    views.show(shown)


heading.plain("Data")
names = dataset.names()
notice.show(chooser.gone(names))
if names:
    with st.container(key="choose", horizontal=True, vertical_alignment="center", gap="small"):
        chosen = chooser.show(names)
        ingest_form.button()
        exports.show(chosen)
        removal.button(chosen)
    page(chosen)
else:
    empty_set.show(busy=bool(job_progress.show()))
