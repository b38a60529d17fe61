"""What the model said of the slice, in a line, and what to think of maps where it declined."""

import streamlit as st

from app.explain.asked import Asked
from core.domain import Prediction
from core.inference.words import colour, percent
from core.literal import markup


def show(asked: Asked) -> None:
    """Draw it.

    Args:
        asked: The slice and the target.
    """
    prediction = asked.case.prediction
    lines = [_declined(prediction)] if prediction.declined else [_given(prediction)]
    if prediction.model != asked.bundle.ref:
        lines.append("<p><span>Another model said so; this one is still to answer this slice.</span></p>")
    if asked.target.label != prediction.top[0] or asked.target.against:
        lines.append(_explained(asked))
    st.html(f'<div class="ex-answer">{"".join(lines)}</div>')


def _given(prediction: Prediction) -> str:
    label, probability = prediction.top
    return (
        f'<p><i style="background:{colour(label)}"></i><b>{markup(label)}</b> '
        f"{percent(probability)} <span>model probability</span></p>"
    )


def _declined(prediction: Prediction) -> str:
    why = " ".join(reason.sentence for reason in prediction.reasons)
    return (
        f'<p class="declined"><i></i><b>Declined</b> <span>{markup(why)} Maps show what the model used all '
        "the same; of a slice that it declined they mean little.</span></p>"
    )


def _explained(asked: Asked) -> str:
    chances = dict(zip(asked.case.prediction.labels, asked.case.prediction.probabilities, strict=True))
    said = [f"{markup(one)} {percent(chances[one])}" for one in (asked.target.label, asked.target.against)
            if one in chances]  # fmt: skip
    return f"<p><span>Explained: {' and not '.join(said)}</span></p>"
