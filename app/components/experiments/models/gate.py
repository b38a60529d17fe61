"""The gate as a checklist that a person reads: each line with its figure, its limit and what came of it."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from app.components.experiments.models.words import when
from app.words import counted
from core.literal import markup
from core.promotion.gate import Check, Gate

_MARKS: Final[Mapping[bool | None, tuple[str, str, str]]] = {
    True: ("met", "\N{CHECK MARK}", "met"),
    False: ("missed", "\N{BALLOT X}", "not met"),
    None: ("unknown", "?", "can't be measured"),
}
"""Class of the style, sign, and words: the colour is never the only sign."""


def show(gate: Gate, name: str, *, stale: bool = False) -> None:
    """Draw it.

    Args:
        gate: What was measured.
        name: What the candidate is called.
        stale: Whether another model answers by now than it was measured against.
    """
    lines = "".join(_line(check) for check in gate.checks)
    st.html(
        f'<section class="r-gate{" stale" if stale else ""}"><h3>{markup(name)} against '
        f"{markup(gate.champion_name)}: {_verdict(gate)}</h3><p>{_on(gate)}</p><ul>{lines}</ul></section>"
    )


def _verdict(gate: Gate) -> str:
    if gate.met:
        return "every line is met"
    missed = len(gate.missed)
    return f"{missed} of {len(gate.checks)} lines {'is' if missed == 1 else 'are'} not met"


def _on(gate: Gate) -> str:
    at = f"Measured {when(gate.at)}"
    if not gate.slices:
        return f"{at}. The two could not be compared on slices that are new to both."
    slices, blocks = counted(gate.slices, "slice"), counted(gate.groups, "patient block")
    ground = f"{slices} of {blocks} of {markup(gate.dataset)}"
    if gate.logged:
        return (
            f"{at} by what both had logged about {ground} while the patients were held out. Too few slices "
            "here are new to both to ask them."
        )
    return f"{at} on {ground} that neither has learnt from."


def _line(check: Check) -> str:
    kind, sign, words = _MARKS[check.met]
    figure = f'<span class="r-figure">{markup(check.figure)}</span>' if check.figure else ""
    limit = f'<span class="r-limit">limit: {markup(check.limit)}</span>' if check.limit else ""
    return (
        f'<li class="{kind}"><i aria-hidden="true">{sign}</i><div><div class="r-line">'
        f"<b>{markup(check.title)}</b><em>{words}</em>{figure}{limit}</div><p>{markup(check.sentence)}</p>"
        "</div></li>"
    )
