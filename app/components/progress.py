"""The batch being read: how far, how long still, and a stop."""

from typing import Final

import streamlit as st

from app.answering import Answering
from app.intake import Intake
from app.messages import sentence
from app.session import KEEP_BYTES, Session, session
from app.words import counted
from core.config.settings import MB

TURN: Final = 0.4
FULL: Final = f"This session is full: it holds {KEEP_BYTES // MB} MB of slices. Clear it to read more."


@st.fragment(run_every=0.1)
def show() -> None:
    """Work a turn, draw the state.

    The page is drawn anew at the first slice, whenever the slices have doubled, and at the end.
    """
    now = session()
    if now.intake is None:  # it was stopped; the page is still to hear of it
        st.rerun()
    bar = st.progress(_share(now.intake), _words(now.intake))
    st.button("Stop", key="stop", icon=":material/stop:", on_click=_stop)
    _work(now)
    if now.intake is None or len(now.cases) >= max(1, 2 * now.drawn):
        st.rerun()
    bar.progress(_share(now.intake), _words(now.intake))


def _work(now: Session) -> None:
    intake = now.intake
    if intake is None:
        return
    try:
        for result in intake.turn(TURN):
            now.add(result)
            if now.full and isinstance(intake, Intake):
                now.end(FULL)
                return
    except Exception as error:
        now.end(sentence(error))
    if intake.finished:
        now.end()


def _share(intake: Intake | Answering) -> float:
    return intake.done / intake.files if intake.files else 1.0


def _words(intake: Intake | Answering) -> str:
    left = intake.seconds_left
    time = f", about {left:.0f} s left" if left is not None and left >= 1 else ""
    if isinstance(intake, Answering):
        return f"answering again: {intake.done:,} of {counted(intake.files, 'slice')}{time}"
    return f"{intake.done:,} of {counted(intake.files, 'file')}, {counted(intake.slices, 'slice')}{time}"


def _stop() -> None:
    session().end("Stopped.")
