"""The views of a set, a tab each; only the open one is drawn, and the address names it."""

from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from app.components.dataset import (
    class_rule,
    class_table,
    edits_panel,
    film_strip,
    findings,
    gallery,
    groups_map,
    plots,
    split_bars,
    twins,
)
from app.dataset import Shown
from app.messages import guarded

VIEWS: Final[Mapping[str, tuple[Callable[[Shown], None], ...]]] = {
    "Report": (findings.show,),
    "Classes and sizes": (class_table.show, plots.show, class_rule.show),
    "Slices": (gallery.show,),
    "Series": (film_strip.show,),
    "Duplicates": (twins.show,),
    "Groups and split": (groups_map.show, split_bars.show),
    "Edits": (edits_panel.show,),
}


def show(shown: Shown) -> None:
    """Draw them; what fails in one part is said there, and the rest goes on."""
    for tab, parts in zip(st.tabs(list(VIEWS), key="view", bind="query-params"), VIEWS.values(), strict=True):
        if tab.open:
            with tab:
                for part in parts:
                    with guarded():
                        part(shown)
