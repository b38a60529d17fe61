"""A page's first line: its name, and which model answers."""

from html import escape

import streamlit as st

from app import figures, resources
from app.messages import show as show_error
from core.errors import BundleError
from core.models.bundle import Card


def show(title: str) -> Card | None:
    """Draw the line.

    Returns:
        The model's card; None, with the reason said, when no model can answer.
    """
    try:
        card = resources.card()
    except BundleError as error:
        _line(title, "no model")
        show_error(error)
        return None
    f1 = figures.figure(card.metrics, "grouped_cv", "macro_f1")
    measured = f", patient-grouped F1 {f1.value:.2f}" if f1 else ""
    _line(title, f"model: {card.name}, version {card.version}{measured}")
    return card


def plain(title: str) -> None:
    """The line of a page that asks no model."""
    _line(title, "")


def _line(title: str, model: str) -> None:
    st.html(f'<div class="head"><h1>{escape(title)}</h1><span class="model">{escape(model)}</span></div>')
