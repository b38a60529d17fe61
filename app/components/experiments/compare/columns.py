"""How runs stand at the head of tables that hold them against each other."""

from collections.abc import Sequence
from html import escape
from typing import Final

import streamlit as st

from app.experiments.columns import STATES
from app.experiments.comparing import Side
from core.literal import markup
from core.tracking.runs.values import Run

_LONGEST: Final = 30


def short(text: str, most: int = _LONGEST) -> str:
    """A name, never longer than ``most``."""
    return text if len(text) <= most else f"{text[: most - 1]}\u2026"


def tag(side: Side) -> str:
    """A run's letter with its colour, as markup."""
    return f'<span class="xc-tag"><i style="background:{side.stroke.shade}"></i><b>{side.letter}</b></span>'


def cards(sides: Sequence[Side], base: Side | None = None) -> None:
    """Draw who is who: letter, name, data set, state.

    Args:
        sides: The runs.
        base: The one that the others are compared with, where there is one.
    """
    st.html(f'<div class="xc-cards">{"".join(_card(side, side is base) for side in sides)}</div>')


def head(sides: Sequence[Side], first: str = "") -> str:
    """A table's first row: what its rows are, then a column for each run, as markup."""
    cells = "".join(
        f'<th scope="col" title="{markup(side.run.name)}">{tag(side)} {markup(short(side.run.name, 22))}</th>'
        for side in sides
    )
    return f'<thead><tr><th scope="col">{escape(first)}</th>{cells}</tr></thead>'


def table(inner: str, words: str, *, tall: bool = False) -> str:
    """A table that scrolls in itself, as markup.

    Args:
        inner: Its rows.
        words: What it is, for those who don't see it.
        tall: Whether it may be long, so that it gets a height of its own.
    """
    kind = "xc-wide xc-tall" if tall else "xc-wide"
    return (
        f'<div class="{kind}" tabindex="0" role="region" aria-label="{markup(words)}">'
        f'<table class="xc-table">{inner}</table></div>'
    )


def _card(side: Side, base: bool) -> str:
    run = side.run
    said = [run.dataset, run.short, *_state(run)]
    leaks = '<em class="xc-leak">leaks</em>' if run.leaks else ""
    return (
        f'<div class="xc-card{" on" if base else ""}" title="{markup(run.name)}">{tag(side)}'
        f"<strong>{markup(short(run.name, 60))}</strong>{leaks}"
        f"<span>{markup(', '.join(short(one) for one in said))}</span></div>"
    )


def _state(run: Run) -> list[str]:
    return [] if run.state == "finished" else [STATES[run.state][1]]
