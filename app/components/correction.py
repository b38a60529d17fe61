"""A reader says what a slice really is; to be exported, and learnt from."""

from typing import Final

import streamlit as st

from app import corrections
from app.words import counted
from core.inference.batch import Case
from core.literal import literal

_HELP: Final = (
    "Your own reading of this slice. Choose again to leave it open. It is kept in this tab only, until you "
    "clear it; the downloads have a zip of all of them, which a data set can be made with."
)


def show(case: Case) -> None:
    """Draw the control of one slice; the model's classes, none chosen while it is open."""
    digest = case.scan.digest
    labels = case.prediction.labels
    said = corrections.of(case)
    key = f"is-{digest}"
    if key not in st.session_state:
        st.session_state[key] = said if said in labels else None
    with st.container(key="correction"):
        st.pills(
            "What it is", labels, key=key, format_func=literal, help=_HELP,
            on_change=lambda: corrections.say(digest, st.session_state[key]),
        )  # fmt: skip
        st.caption(_words(case, said))


def _words(case: Case, said: str | None) -> str:
    if said is None:
        here = "Left open."
    elif case.prediction.declined:
        here = "The model declined it."
    else:
        here = "As the model says." if said == case.prediction.label else "Unlike the model's answer."
    count = len(corrections.marked())
    return f"{here} {counted(count, 'correction')} in this tab." if count else here
