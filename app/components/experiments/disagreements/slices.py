"""The slices that two models answer differently, small, the most sure first; one can be chosen."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import streamlit as st

from app.class_colours import colours
from app.components import web
from app.components.experiments.compare.columns import short
from app.experiments import comparing
from app.experiments.comparing import Side
from app.words import counted
from core.comparison.disagreement import Disagreement, Disagreements

PAGE: Final = 24
KEY: Final = "d_slice"
"""Names the chosen slice in the address, by the beginning of its digest."""
_SHORT: Final = 12
_GRID: Final = "d-grid"

_mount = st.components.v2.component(
    "disagreement_grid",
    html='<div class="grid" role="listbox" tabindex="0" aria-label="Slices with different answers"></div>',
    css=web.text("listbox.css", "disagreements.css"),
    js=web.text("listbox.js", "disagreements.js"),
)


def show(
    found: Disagreements, shown: Sequence[Disagreement], first: Side, second: Side
) -> Disagreement | None:
    """Draw a page of slices.

    Args:
        found: All disagreements.
        shown: Those of them that a person wants to see.
        first: One run.
        second: The other.

    Returns:
        The chosen one; the first of these where none of them was chosen.
    """
    _take()
    if not shown:
        st.caption("No slice is like that any more.")
        return None
    asked = st.query_params.get(KEY, "")
    at = next((at for at, row in enumerate(shown) if asked and row.slice.startswith(asked)), 0)
    chosen = shown[at]
    part, start = _page(shown, at if asked else 0)
    files = comparing.files(first, second)
    number = f"{start + 1:,} to {start + len(part):,} of {counted(len(shown), 'slice')}"
    st.caption(f"{number}, most surely different first")
    _mount(
        key=_GRID,
        data={
            "items": [_item(row, found.labels, (first, second), files) for row in part],
            "chosen": chosen.slice,
        },
        on_picked_change=lambda: None,
    )
    return chosen


def _take() -> None:
    """Put what was picked into the address."""
    picked = (st.session_state.get(_GRID) or {}).get("picked")
    if picked:
        st.query_params[KEY] = str(picked)[:_SHORT]


def _page(shown: Sequence[Disagreement], at: int) -> tuple[Sequence[Disagreement], int]:
    """The page that has the chosen one until a person turns it."""
    pages = -(-len(shown) // PAGE)
    key = f"d-page-{pages}-{hash(tuple(row.slice for row in shown[:3]))}"
    if key not in st.session_state:
        st.session_state[key] = at // PAGE + 1
    page = 1
    if pages > 1:
        page = int(st.pagination(pages, key=key, max_visible_pages=5, persist_state="session") or 1)
    start = (min(max(page, 1), pages) - 1) * PAGE
    return shown[start : start + PAGE], start


def _item(
    row: Disagreement, labels: Sequence[str], sides: tuple[Side, Side], files: Mapping[str, Path]
) -> dict[str, Any]:
    shades = colours(list(labels))
    path = files.get(row.slice)
    answers = zip(
        sides,
        (row.first, row.second),
        (row.first_probabilities, row.second_probabilities),
        strict=True,
    )
    return {
        "id": row.slice,
        "picture": comparing.thumbnail(path) if path else "",
        "title": f"patient block {row.group}, slice {row.slice[:8]}",
        "group": short(row.group, 18),
        "truth": {"label": row.truth, "shade": shades[row.truth]},
        "answers": [
            {
                "letter": side.letter,
                "label": label,
                "shade": shades[label],
                "right": label == row.truth,
                "percent": f"{100 * chances[labels.index(label)]:.0f} %",
            }
            for side, label, chances in answers
        ],
    }
