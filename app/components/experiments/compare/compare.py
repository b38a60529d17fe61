"""The chosen runs side by side: what is different, and whether that means anything."""

from collections.abc import Callable, Sequence
from typing import Final

import streamlit as st

from app.components.experiments.compare import blocks, columns, confusion, curves, parameters
from app.components.experiments.compare import figures as compare_figures
from app.experiments import comparing
from app.experiments.comparing import Side
from app.messages import guarded
from core.comparison import figures
from core.literal import literal, markup
from core.tracking.runs.values import Run

Part = Callable[[Sequence[Side]], None]
BESIDE: Final = 3
"""Up to so many runs, two tables of them stand beside each other."""


def show(runs: Sequence[Run]) -> None:
    """Draw it for the chosen runs."""
    if len(runs) < comparing.LEAST:
        lack = "one more run" if runs else "two runs or more"
        st.caption(f"Choose {lack} in the table above to hold them against each other.")
        return
    if len(runs) > comparing.MOST:
        st.caption(f"{len(runs)} runs are chosen; the first {comparing.MOST} are shown here.")
    with st.container(key="xc-compare"):
        _draw(comparing.sides(runs))


def _draw(sides: Sequence[Side]) -> None:
    with st.container(key="xc-who", horizontal=True, vertical_alignment="bottom", gap="medium"):
        ordered = _against(sides)
        columns.cards(sides, ordered[0])
    _grounds(ordered)
    _lacking(sides)
    _pair(compare_figures.show, parameters.show, ordered)
    with guarded():
        confusion.show(ordered)
    with guarded():
        curves.rocs(ordered)
    _pair(curves.reliability, blocks.show, ordered)


def _pair(first: Part, second: Part, sides: Sequence[Side]) -> None:
    """Draw two parts side by side, as far as the runs leave room for that."""
    places = st.columns(2, gap="large") if len(sides) <= BESIDE else (st.container(), st.container())
    for place, part in zip(places, (first, second), strict=True):
        with place, guarded():
            part(sides)


def _against(sides: Sequence[Side]) -> list[Side]:
    """The runs, with the one first that a person compares the others with."""
    letters = [side.letter for side in sides]
    chosen = st.segmented_control("Compared with", letters, default=letters[0], required=True, key="m_base",
                                  bind="query-params")  # fmt: skip
    base = next((side for side in sides if side.letter == chosen), sides[0])
    return [base, *(side for side in sides if side is not base)]


def _grounds(sides: Sequence[Side]) -> None:
    """Say first where their figures say little about each other."""
    said = figures.grounds([side.details for side in sides])
    sets = list(dict.fromkeys(side.run.dataset for side in sides))
    if len(sets) > 1:
        names = ", ".join(columns.short(name) for name in sets)
        said = f"These runs are of different data sets ({names}): their figures say little about each other."
    elif said:
        said = f"{said} They say little about each other."
    if said:
        st.html(f'<p class="xc-warn">{markup(said)}</p>')


def _lacking(sides: Sequence[Side]) -> None:
    """Say what of some runs can't be read."""
    for side in sides:
        for trouble in side.details.troubles:
            st.caption(f"{side.letter}: {literal(trouble)}")
