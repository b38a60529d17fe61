"""The model's accuracy, the honest figure first and large, the flattering one beside it, named."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

import streamlit as st

from app.figures import Figure, figure

NAMES: Final = {"macro_f1": "macro F1", "accuracy": "accuracy"}


def show(metrics: Mapping[str, Any]) -> None:
    """Draw both splits side by side.

    Args:
        metrics: The bundle's measurements.
    """
    grouped = _block(
        "On patients it never saw", metrics, "grouped_cv", "honest",
        "5-fold cross-validation over patient blocks: all slices believed to be one person's "
        "stay on one side. This is what to expect of a new patient.",
    )  # fmt: skip
    random = _block(
        "Random split, leaking", metrics, "random_cv", "leaking",
        "The same model with slices dealt out at random, as is often published: neighbours of most test "
        "slices were in training. It measures memory.",
    )  # fmt: skip
    if grouped or random:
        st.html(f'<div class="accuracy">{grouped}{random}</div>')
    else:
        st.caption("This bundle carries no measured accuracy.")


def _block(title: str, metrics: Mapping[str, Any], split: str, kind: str, words: str) -> str:
    found = {name: figure(metrics, split, key) for key, name in NAMES.items()}
    cells = "".join(_cell(name, one) for name, one in found.items() if one)
    if not cells:
        return ""
    return (
        f'<section class="{kind}"><h3>{escape(title)}</h3><div class="cells">{cells}</div>'
        f"<p>{escape(words)}</p></section>"
    )


def _cell(name: str, one: Figure) -> str:
    interval = f"95 % interval {one.low:.2f} to {one.high:.2f}" if one.low is not None else ""
    return (
        f'<div><span class="number">{one.value:.2f}</span><span class="what">{escape(name)}</span>'
        f'<span class="interval">{interval}</span></div>'
    )
