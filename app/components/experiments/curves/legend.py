"""Which line is whose: once for all plots, with the whole name of a run where the pointer rests."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import streamlit as st

from app.components.experiments.curves.figure import Drawn
from app.experiments.colours import Stroke
from core.literal import markup

_SIGNS: Final = {
    "circle": "\u25cf", "square": "\u25a0", "triangle-up": "\u25b2", "triangle-down": "\u25bc",
    "circle-open": "\u25cb", "square-open": "\u25a1", "x": "\u2716", "cross": "\u271a", "x-open": "\u2715",
    "cross-open": "\u271b", "asterisk-open": "\u2731",
}  # fmt: skip
"""The marks of `app.experiments.colours` as characters."""


def show(several: Sequence[Drawn], *, paired: bool) -> None:
    """Draw it.

    Args:
        several: The runs, in the order they were chosen, and the parts of them that are drawn.
        paired: Whether a plot has both training and validation.
    """
    whole = [one for one in several if not one.part]
    names = Counter(one.run.name for one in whole)
    rows = "".join(_row(one, twice=names[one.run.name] > 1) for one in whole)
    signs = ["\u25c6 best of a run", "\u2605 best of all"]
    if paired:
        signs = ["whole: validation", "dashed: training", *signs]
    if any(one.stroke.leaks for one in several):
        signs.append("dotted: leaks, never the best")
    keys = "".join(f"<span>{one}</span>" for one in signs)
    st.html(f'<div class="ex-legend"><div>{rows}</div><p>{keys}</p></div>')


def _row(one: Drawn, *, twice: bool) -> str:
    whole = markup(one.run.name)
    own = f"<small>{one.run.short}</small>" if twice else ""
    leaks = "<small>leaks</small>" if one.stroke.leaks else ""
    live = "<small>running</small>" if one.run.live else ""
    return f'<span title="{whole}">{_sign(one.stroke)}<b>{whole}</b>{own}{leaks}{live}</span>'


def _sign(stroke: Stroke) -> str:
    line = "dotted" if stroke.leaks else "solid"
    return (
        f'<i style="color:{stroke.shade};border-bottom-style:{line}" aria-hidden="true">'
        f"{_SIGNS[stroke.mark]}</i>"
    )
