"""The strip: every slice small, with its class and probability; one is chosen."""

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from app import pictures
from app.components import web
from app.session import session
from core.imaging.window import render
from core.inference.batch import Case
from core.inference.words import COLOURS, percent

PAGE: Final = 50

_mount = st.components.v2.component(
    "case_strip",
    html='<div class="strip" role="listbox" tabindex="0" aria-label="Slices"></div>',
    css=web.text("strip.css"),
    js=web.text("strip.js"),
)


def show(cases: Sequence[Case], index: int) -> None:
    """Draw the page of the strip that holds the chosen slice.

    Args:
        cases: The slices to show, at least one.
        index: Which is chosen.
    """
    page = index // PAGE
    _mount(
        key="strip",
        data={
            "items": [_item(case) for case in cases[page * PAGE : (page + 1) * PAGE]],
            "chosen": cases[index].scan.digest,
            "colours": dict(COLOURS),
        },
        on_picked_change=_picked,
    )
    pages = -(-len(cases) // PAGE)
    if pages > 1:
        # named by its page: a widget that is told its value in two ways complains in the log
        name = f"strip_page_{page}"
        firsts = [case.scan.digest for case in cases[::PAGE]]
        st.pagination(
            pages, default=page + 1, key=name, max_visible_pages=5, on_change=_turned, args=(name, firsts)
        )


def _item(case: Case) -> dict[str, Any]:
    label, probability = case.prediction.top
    return {
        "id": case.scan.digest,
        "name": case.scan.name,
        "label": label,
        "percent": percent(probability),
        "declined": case.prediction.declined,
        "picture": _thumbnail(case),
    }


def _thumbnail(case: Case) -> str:
    kept = session().thumbnails
    if case.scan.digest not in kept:
        kept[case.scan.digest] = pictures.thumbnail_uri(render(case.scan))
    return kept[case.scan.digest]


def _picked() -> None:
    session().chosen = st.session_state["strip"]["picked"]


def _turned(name: str, firsts: Sequence[str]) -> None:
    session().chosen = firsts[st.session_state[name] - 1]
