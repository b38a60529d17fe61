"""Data: pick or ingest a set, see what is wrong with it, and how much a split of it leaks."""

import streamlit as st

from app import dataset
from app.components import heading
from app.components.dataset import (
    chooser,
    classes_and_sizes,
    edits_panel,
    empty_set,
    exports,
    film_strip,
    findings,
    gallery,
    groups_map,
    ingest_form,
    job_progress,
    leak_meter,
    notice,
    removal,
    split_bars,
    summary,
    twins,
)
from app.messages import guarded

VIEWS = {
    "Report": (findings.show,),
    "Classes and sizes": (classes_and_sizes.show,),
    "Slices": (gallery.show,),
    "Series": (film_strip.show,),
    "Duplicates": (twins.show,),
    "Groups and split": (groups_map.show, split_bars.show),
    "Edits": (edits_panel.show,),
}


def page(name: str) -> None:
    busy = name in job_progress.show()
    shown = dataset.shown(name)
    summary.show(shown, busy=busy)
    with guarded():
        leak_meter.show(shown)
    for tab, parts in zip(st.tabs(list(VIEWS), key="view", bind="query-params"), VIEWS.values(), strict=True):
        if tab.open:
            with tab, guarded():
                for part in parts:
                    part(shown)


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
