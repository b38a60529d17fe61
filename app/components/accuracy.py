"""The model's accuracy, the honest figure first and large, the flattering one beside it, named."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

import streamlit as st

from app.figures import Figure, figure, size
from core.evaluation import report

NAMES: Final = {"macro_f1": "macro F1", "accuracy": "accuracy"}
GROUPED: Final = {
    "grouped_cv": (
        "Cross-validation over patient blocks: all slices believed to be one person's stay on one side. "
        "This is what to expect of a new patient."
    ),
    "grouped_test": (
        "Patient blocks that were kept apart: no slice of a person tested here was learnt from. "
        "This is what to expect of a new patient."
    ),
}
RANDOM: Final = (
    "The same model with slices dealt out at random, as is often published: neighbours of most test "
    "slices were in training. It measures memory."
)


def show(metrics: Mapping[str, Any]) -> None:
    """Draw both splits side by side.

    Args:
        metrics: The bundle's measurements.
    """
    honest, leaking = report.honest(metrics)[0], report.leaking(metrics)[0]
    words = GROUPED.get(honest, GROUPED["grouped_test"])
    grouped = _block("On patients it never saw", words, metrics, honest, "honest")
    random = _block("Random split, leaking", RANDOM, metrics, leaking, "leaking")
    if grouped or random:
        st.html(f'<div class="accuracy">{grouped}{random}</div>')
    else:
        st.caption("This bundle carries no measured accuracy.")


def _block(title: str, words: str, metrics: Mapping[str, Any], split: str, kind: str) -> str:
    found = {name: figure(metrics, split, key) for key, name in NAMES.items()}
    cells = "".join(_cell(name, one) for name, one in found.items() if one)
    if not cells:
        return ""
    measured = size(metrics, split)
    return (
        f'<section class="{kind}"><h3>{escape(title)}</h3><div class="cells">{cells}</div>'
        f"<p>{escape(words)}{f' Measured on {escape(measured)}.' if measured else ''}</p></section>"
    )


def _cell(name: str, one: Figure) -> str:
    return (
        f'<div><span class="number">{one.value:.2f}</span><span class="what">{escape(name)}</span>'
        f'<span class="interval">95 % interval {one.low:.2f} to {one.high:.2f}</span></div>'
    )
