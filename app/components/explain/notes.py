"""A person's own words about a slice: kept in the tab, slice by slice, and written into what is exported."""

from typing import Final

import streamlit as st

from core.explain.export.sheet import NOTES

_KEPT: Final = "ex-notes"


def show(digest: str) -> str:
    """Draw the place to write.

    Args:
        digest: The slice's; each has its own notes.

    Returns:
        What is written there; never to be shown as markup.
    """
    key = f"ex-note-{digest}"
    st.text_area(
        "Notes on this slice", of(digest), max_chars=NOTES, key=key, height=150,
        placeholder="What you see here, and what you think of the maps",
        on_change=lambda: _keep(digest, key),
    )  # fmt: skip
    st.caption("Notes stay in this tab and are gone with it. They are written into every export.")
    return of(digest)


def of(digest: str) -> str:
    """The notes on a slice; empty where there are none."""
    found: str = _all().get(digest, "")
    return found


def _keep(digest: str, key: str) -> None:
    _all()[digest] = st.session_state[key]


def _all() -> dict[str, str]:
    """By the slice's digest: a text field that isn't drawn forgets what was in it."""
    kept: dict[str, str] = st.session_state.setdefault(_KEPT, {})
    return kept
