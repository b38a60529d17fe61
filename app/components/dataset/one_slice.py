"""A chosen slice: what is known of it, and what a person may change about it."""

from html import escape
from typing import Final

import streamlit as st

from app import dataset
from app.components.dataset import changing, look
from app.dataset import Shown
from core.data.catalog import Slice

SIDE: Final = 640
"""Of the large picture, pixels."""


def show(shown: Shown, one: Slice, key: str, *, picture: bool = True) -> None:
    """Draw it.

    Args:
        shown: The set.
        one: The slice.
        key: Of the view it is drawn in.
        picture: Large, above the facts.
    """
    if picture:
        uri = dataset.thumbnail(shown.name, one.path, SIDE)
        st.html(f'<img class="large" src="{uri}" alt="{escape(one.path)}">')
    shade = look.shades(shown)[look.label(shown, one.path)]
    st.html(
        f'<div class="cls big"><i style="background:{shade}"></i><b>{escape(look.label(shown, one.path))}</b>'
        f"{_was(shown, one)}</div>"
    )
    _controls(shown, one, key)
    lines = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in facts(shown, one).items())
    st.html(f'<dl class="facts">{lines}</dl>')


def facts(shown: Shown, one: Slice) -> dict[str, str]:
    """What is known, by name; what isn't is left out."""
    part = look.parts(shown).get(one.path, "")
    said = {
        "Path": one.path,
        "Series": one.series,
        "Patient block": one.group,
        "Plane": one.plane,
        "Size": f"{one.width} x {one.height}, {one.bits} bit {one.format}",
        "Split": look.part_name(part),
        "Source": one.source,
        "Its own split": one.own_split,
        "May be no CT slice": one.flaw,
    }
    return {name: text for name, text in said.items() if text}


def _was(shown: Shown, one: Slice) -> str:
    was = look.changed(shown, one)
    return f"<span>was {escape(was)}</span>" if was else ""


def _controls(shown: Shown, one: Slice, key: str) -> None:
    name = f"{key}-{shown.name}-{one.path}-{shown.stamp[2]}"
    now = shown.labels.get(one.path)
    out = one.path in shown.edits.excluded
    with st.container(key=f"{key}-controls", horizontal=True, vertical_alignment="bottom", gap="small"):
        if not out and shown.classes:
            place = shown.classes.index(now) if now in shown.classes else None
            wanted = st.selectbox("Class", shown.classes, place, key=f"label-{name}", width=190)
            if st.button("Relabel", key=f"relabel-{name}", disabled=wanted in (None, now)):
                changing.relabel(shown, one.path, str(wanted))
        if not out and st.button(
            "Exclude", key=f"exclude-{name}", help="Leave it out of the split; the file stays"
        ):
            changing.exclude(shown, [one.path])
        edited = out or one.path in shown.edits.labels
        if edited and st.button("Undo", key=f"undo-{name}", icon=":material/undo:"):
            changing.undo(shown, [one.path])
