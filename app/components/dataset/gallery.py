"""Every slice of a set, small, by class; one can be opened large and changed."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any, Final

import streamlit as st

from app import dataset
from app.components import web
from app.components.dataset import look, one_slice
from app.components.dataset.slice_filter import Filter, matching
from app.dataset import Shown
from app.messages import guarded
from app.words import counted
from core.data.catalog import Slice

PAGE: Final = 48
SIDE: Final = 128
"""Of a picture in the grid, pixels."""
_EVERY: Final = ""

_mount = st.components.v2.component(
    "slice_grid",
    html='<div class="grid" role="listbox" tabindex="0" aria-label="Slices"></div>',
    css=web.text("listbox.css", "grid.css"),
    js=web.text("listbox.js", "grid.js"),
)


def show(shown: Shown) -> None:
    """Draw it."""
    look.style()
    if not shown.slices:
        st.caption("This set holds no slices. Ingest it again, or add a source to it.")
        return
    _draw(shown)


@st.fragment
def _draw(shown: Shown) -> None:
    with guarded():
        wanted = _filters(shown)
        found = matching(shown, wanted)
        if not found:
            st.caption(f"None of {counted(len(shown.slices), 'slice')} is like that. Take a filter away.")
            return
        grid, side = st.columns([2.5, 1.2], gap="medium")
        with grid, st.container(key="gallery-grid"):
            _page(shown, found, wanted)
        with side, st.container(key="gallery-one"):
            _chosen(shown)


def _filters(shown: Shown) -> Filter:
    """Draw the filters; each keeps its value when this view is left and entered again."""

    def ask(what: str, options: Sequence[str]) -> str:
        return str(
            st.selectbox(
                what, [_EVERY, *options], key=f"gallery-{what}-{shown.name}", persist_state="session",
                format_func=lambda value: look.part_name(value) if value else "all", width=180,
            ) or _EVERY
        )  # fmt: skip

    with st.container(key="gallery-filters", horizontal=True, vertical_alignment="bottom", gap="small"):
        return Filter(
            label=ask("Class", shown.classes),
            part=ask("Split", sorted({row.split for row in shown.rows}, key=lambda part: (len(part), part))),
            plane=ask("Plane", sorted({one.plane for one in shown.slices if one.plane})),
            state=ask("State", ("changed", look.EXCLUDED, "may be no CT slice")),
            text=str(
                st.text_input(
                    "Name, series or block", key=f"gallery-text-{shown.name}", max_chars=100,
                    persist_state="session", width=220,
                ) or ""
            ),
        )  # fmt: skip


def _page(shown: Shown, found: Sequence[Slice], wanted: Filter) -> None:
    pages = -(-len(found) // PAGE)
    name = f"gallery-page-{shown.name}-{pages}-{hash(wanted)}"
    place = min(max(int(st.session_state.get(name, 1)), 1), pages) - 1
    part = found[place * PAGE : (place + 1) * PAGE]
    st.caption(f"{place * PAGE + 1:,} to {place * PAGE + len(part):,} of {counted(len(found), 'slice')}")
    shades = look.shades(shown)
    _mount(
        key=f"grid-{shown.name}",
        data={
            "items": [_item(shown, one, shades) for one in part],
            "chosen": st.session_state.get(_key(shown)),
        },
        on_picked_change=lambda: _picked(shown.name),
    )
    if pages > 1:
        st.pagination(pages, key=name, max_visible_pages=5, persist_state="session")


def _item(shown: Shown, one: Slice, shades: dict[str, str]) -> dict[str, Any]:
    said = look.label(shown, one.path)
    return {
        "id": one.path,
        "name": PurePosixPath(one.path).name,
        "title": one.path,
        "label": said,
        "shade": shades[said],
        "out": said == look.EXCLUDED,
        "was": look.changed(shown, one),
        "picture": dataset.thumbnail(shown.name, one.path, SIDE),
    }


def _key(shown: Shown) -> str:
    return f"gallery-chosen-{shown.name}"


def _picked(name: str) -> None:
    st.session_state[f"gallery-chosen-{name}"] = st.session_state[f"grid-{name}"]["picked"]


def _chosen(shown: Shown) -> None:
    path = st.session_state.get(_key(shown))
    one = next((one for one in shown.slices if one.path == path), None)
    if one is None:
        st.caption("Choose a slice to see it large, give it another class, or leave it out.")
        return
    one_slice.show(shown, one, "gallery")
