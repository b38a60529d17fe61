"""Probabilities as bars, one a class, in the bundle's order so that a class keeps its place."""

from collections.abc import Mapping
from html import escape

import streamlit as st

from core.inference.words import colour, percent


def show(probabilities: Mapping[str, float], *, quiet: bool = False) -> None:
    """Draw them.

    Args:
        probabilities: By class, adding up to 1.
        quiet: Grey, for an answer that was declined.
    """
    rows = "".join(_row(label, share, quiet) for label, share in probabilities.items())
    spoken = ", ".join(f"{label} {percent(share)}" for label, share in probabilities.items())
    name = "bars quiet" if quiet else "bars"
    st.html(f'<div class="{name}" role="img" aria-label="Model probability: {escape(spoken)}">{rows}</div>')


def _row(label: str, share: float, quiet: bool) -> str:
    shade = colour(None if quiet else label)
    return (
        f'<div class="bar-name">{escape(label)}</div>'
        f'<div class="bar"><i style="width:{100 * share:.1f}%;background:{shade}"></i></div>'
        f'<div class="bar-value" title="{share:.4f}">{percent(share)}</div>'
    )
