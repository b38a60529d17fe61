"""The answer, readable in two seconds; what it rests on, below."""

from html import escape
from typing import Final

import streamlit as st

from app import navigation, reliability, resources
from app.components import bars, model_choice
from core.domain import Prediction, Reason
from core.inference.batch import Case
from core.inference.words import colour, percent
from core.models.bundle import Card

_WHY: Final = "Opens Explain with this slice: maps by several methods, and how far each can be believed."


def show(case: Case, card: Card | None) -> None:
    """Draw the answer of one slice.

    Args:
        case: The slice and its answer.
        card: The model's card, for how often such answers are right; None leaves that out.
    """
    prediction = case.prediction
    chances = dict(zip(prediction.labels, prediction.probabilities, strict=True))
    if prediction.declined:
        _declined(prediction)
        if st.toggle("Show the probabilities anyway", key="show_declined", persist_state="session"):
            bars.show(chances, quiet=True)
    else:
        _given(*prediction.top)
        bars.show(chances)
        if card and (words := _rests_on(case, card)):
            st.html(f'<p class="reliability">{escape(words)}</p>')
    if card:
        _why()
    _notes(prediction.warnings)


def _why() -> None:
    """The way to Explain, with this slice and this model."""
    if st.button("Why? See where the model looks", key="why", icon=":material/troubleshoot:", help=_WHY):
        model = st.query_params.get(model_choice.KEY)
        st.switch_page(navigation.EXPLAIN, query_params={model_choice.KEY: model} if model else {})


def _rests_on(case: Case, card: Card) -> str | None:
    sample = resources.sample_of(case.scan.digest)
    if case.prediction.model != model_choice.predictor().bundle.ref:
        return "Another model gave this answer than the one in use now; add the slice again for its answer."
    if sample and not model_choice.shipped():
        return (
            f"This app drew the slice, as {sample.label}. How often this model is right was measured on "
            "slices of its own data set."
        )
    if sample:
        return (
            f"This app drew the slice, as {sample.label}. The model learned from real slices and often "
            "misses what is drawn; how often it is right was measured on real slices alone."
        )
    return reliability.sentence(card.metrics, case.prediction.top[1])


def _given(label: str, probability: float) -> None:
    st.html(
        f'<div class="answer"><div class="verdict"><i style="background:{colour(label)}"></i>'
        f'<span class="verdict-label">{escape(label)}</span>'
        f'<span class="verdict-value">{percent(probability)}</span></div>'
        '<div class="verdict-kind">model probability</div></div>'
    )


def _declined(prediction: Prediction) -> None:
    reasons = "".join(f"<li>{escape(reason.sentence)}</li>" for reason in prediction.reasons)
    st.html(
        '<div class="answer"><div class="verdict declined"><i></i>'
        '<span class="verdict-label">Declined</span></div>'
        f'<div class="verdict-kind">no label is given</div><ul class="reasons">{reasons}</ul></div>'
    )


def _notes(warnings: tuple[Reason, ...]) -> None:
    if warnings:
        lines = "".join(f"<li>{escape(warning.sentence)}</li>" for warning in warnings)
        st.html(f'<div class="notes"><b>Be careful</b><ul>{lines}</ul></div>')
