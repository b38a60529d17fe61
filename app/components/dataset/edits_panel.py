"""What a person changed about the set's slices; each change can be undone."""

from dataclasses import dataclass
from html import escape
from typing import Final

import streamlit as st

from app import dataset
from app.components.dataset import changing, look, summary
from app.dataset import Shown
from app.words import counted

PAGE: Final = 20


@dataclass(frozen=True, slots=True)
class Edit:
    """A change.

    Attributes:
        path: The slice's.
        before: Its class by the rule.
        after: Its class now, or that it is excluded.
    """

    path: str
    before: str
    after: str


def show(shown: Shown) -> None:
    """Draw it."""
    look.style()
    found = edits(shown)
    st.caption("Pixels are never touched: changes are kept beside the slices, and each can be undone.")
    if not found:
        st.markdown("Nothing was changed. Relabel or exclude slices under Slices, Series or Duplicates.")
        return
    with st.container(key="edits-do", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{said(found)}**", width="content")
        st.button("Measure again", key="edits-measure", type="primary" if shown.stale else "secondary",
                  icon=":material/refresh:", on_click=summary.measure, args=(shown.name,),
                  help="Look the set over, split it and measure its leaks with these changes")  # fmt: skip
        if st.button("Undo all", key="edits-undo-all", icon=":material/undo:"):
            changing.undo_all(shown)
    pages = -(-len(found) // PAGE)
    key = f"edits-page-{shown.name}-{pages}"
    place = min(max(int(st.session_state.get(key, 1)), 1), pages) - 1
    for one in found[place * PAGE : (place + 1) * PAGE]:
        _row(shown, one)
    if pages > 1:
        st.pagination(pages, key=key, max_visible_pages=5, persist_state="session")


def edits(shown: Shown) -> list[Edit]:
    """Every change, by path."""
    own = {one.path: shown.original(one) or "no class" for one in shown.slices}
    after = {**shown.edits.labels, **dict.fromkeys(shown.edits.excluded, look.EXCLUDED)}
    return [Edit(path, own.get(path, "gone"), after[path]) for path in sorted(after)]


def said(found: list[Edit]) -> str:
    """How many of each."""
    out = sum(one.after == look.EXCLUDED for one in found)
    counts = [(len(found) - out, "relabelled"), (out, "excluded")]
    return ", ".join(f"{counted(count, 'slice')} {what}" for count, what in counts if count)


def _row(shown: Shown, one: Edit) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        st.html(
            f'<div class="edit"><img src="{dataset.thumbnail(shown.name, one.path)}" alt=""><div>'
            f"{escape(one.before)} \u2192 <b>{escape(one.after)}</b>"
            f'<span title="{escape(one.path)}">{escape(look.short(one.path, 70))}</span></div></div>'
        )
        if st.button(
            "Undo", key=f"edit-undo-{shown.name}-{one.path}", type="tertiary", icon=":material/undo:"
        ):
            changing.undo(shown, [one.path])
