"""A page's first line: its name, and which model answers."""

from html import escape

import streamlit as st

from app import figures
from app.components import model_choice
from app.messages import show as show_error
from core.errors import BundleError
from core.evaluation import report
from core.models.bundle import Card


def show(title: str) -> Card | None:
    """Draw the line.

    Returns:
        The model's card; None, with the reason said, when no model can answer.
    """
    try:
        model_choice.take()
        card = model_choice.predictor().bundle.card
    except BundleError as error:
        _line(title, "no model")
        show_error(error)
        return None
    f1 = figures.figure(card.metrics, report.honest(card.metrics)[0], "macro_f1")
    measured = f", patient-grouped F1 {f1.value:.2f}" if f1 else ", never measured on unseen patients"
    said = f"{card.name}, version {card.version}"
    if model_choice.trial():
        with st.container(key="model-trial", horizontal=True, vertical_alignment="center", gap="small"):
            _line(title, f"on trial, not the model in use: {said}{measured}")
            model_choice.back()
    else:
        role = model_choice.role()
        _line(title, f"model: {role} ({said}){measured}" if role else f"model: {said}{measured}")
        model_choice.say()
    return card


def plain(title: str) -> None:
    """The line of a page that asks no model."""
    _line(title, "")


def _line(title: str, model: str) -> None:
    st.html(f'<div class="head"><h1>{escape(title)}</h1><span class="model">{escape(model)}</span></div>')
