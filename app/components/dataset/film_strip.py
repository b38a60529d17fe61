"""A series, or a patient block, scrolled through slice by slice like a strip of film."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any, Final

import streamlit as st

from app import dataset
from app.components import web
from app.components.dataset import look, one_slice
from app.components.dataset.slice_filter import ordered
from app.dataset import Shown
from app.messages import guarded
from app.words import counted
from core.data.catalog import Slice

MOST: Final = 200
"""Frames at once; they all go to the browser, some 2 MB."""
SIDE: Final = 256
"""Of a frame, pixels."""
_BY: Final = ("Series", "Patient block")

_mount = st.components.v2.component(
    "film_strip", html=web.text("film.html"), css=web.text("film.css"), js=web.text("film.js")
)


def show(shown: Shown) -> None:
    """Draw it."""
    look.style()
    if not any(one.series for one in shown.slices):
        st.caption("No series were found in this set.")
        return
    _draw(shown)


def rolls(shown: Shown, by: str) -> dict[str, list[Slice]]:
    """Slices in the order they were counted, by series or by patient block, the longest first.

    Args:
        shown: The set.
        by: ``Series`` or ``Patient block``.
    """
    found: defaultdict[str, list[Slice]] = defaultdict(list)
    for one in ordered(shown):
        found[one.series if by == _BY[0] else one.group].append(one)
    longest = sorted(found, key=lambda name: (-len(found[name]), name))
    return {name: found[name] for name in longest}


@st.fragment
def _draw(shown: Shown) -> None:
    with guarded():
        name, slices = _asked(shown)
        windows = -(-len(slices) // MOST)
        strip, side = st.columns([2.5, 1.2], gap="medium")
        with strip:
            place = 1
            if windows > 1:
                place = st.pagination(windows, key=f"film-part-{shown.name}-{name}", persist_state="session")
            at = _film(shown, name, place, slices[(place - 1) * MOST : place * MOST])
        with side:
            one_slice.show(shown, at, "film", picture=False)


def _asked(shown: Shown) -> tuple[str, list[Slice]]:
    """Draw the choice of a series."""
    with st.container(key="film-choice", horizontal=True, vertical_alignment="center", gap="small"):
        by = st.segmented_control(
            "By", _BY, default=_BY[0], required=True, key=f"film-by-{shown.name}", persist_state="session",
            label_visibility="collapsed",
        )  # fmt: skip
        found = rolls(shown, by or _BY[0])
        name = st.selectbox(
            by or _BY[0], list(found), key=f"film-{by}-{shown.name}", persist_state="session", width=420,
            format_func=lambda name: f"{name}: {_holds(shown, found[name])}", label_visibility="collapsed",
        )  # fmt: skip
    chosen = name if name in found else next(iter(found))
    return chosen, found[chosen]


def _holds(shown: Shown, slices: Sequence[Slice]) -> str:
    """``84 slices, Cyst, P003``; the blocks only where there are few."""
    labels = Counter(look.label(shown, one.path) for one in slices)
    groups, series = {one.group for one in slices}, {one.series for one in slices}
    where = next(iter(groups)) if len(groups) == 1 and len(series) == 1 else ""
    several = counted(len(series), "series", "series") if len(series) > 1 else ""
    kinds = " and ".join(look.short(label) for label, _ in labels.most_common(2))
    more = f" and {len(labels) - 2} more" if len(labels) > 2 else ""
    return ", ".join(part for part in (counted(len(slices), "slice"), kinds + more, several, where) if part)


def _film(shown: Shown, name: str, place: int, slices: Sequence[Slice]) -> Slice:
    """Draw the strip; the slice where it rests."""
    shades = look.shades(shown)
    key = f"film-strip-{shown.name}-{name}-{place}"
    paths = [one.path for one in slices]
    before = st.session_state.get(f"{key}-at")
    before = before if before in paths else paths[0]
    found = _mount(
        key=key,
        data={
            "id": f"{key}-{len(slices)}",
            "frames": [_frame(shown, one, shades) for one in slices],
            "at": paths.index(before),
            "words": f"{name}. Arrow keys, or the wheel after a click, change the slice.",
        },
        default={"at": before},
        on_at_change=lambda: _rests(key),
    )
    return slices[paths.index(found.at)] if found.at in paths else slices[0]


def _rests(key: str) -> None:
    """Kept apart from the component, whose state ends where another view is drawn."""
    st.session_state[f"{key}-at"] = st.session_state[key]["at"]


def _frame(shown: Shown, one: Slice, shades: dict[str, str]) -> dict[str, Any]:
    said = look.label(shown, one.path)
    return {
        "title": one.path,
        "name": PurePosixPath(one.path).name,
        "label": said,
        "shade": shades[said],
        "out": said == look.EXCLUDED,
        "picture": dataset.thumbnail(shown.name, one.path, SIDE),
    }
