"""What buttons of the Models view do: each says what came of it, or why nothing did."""

from collections.abc import Callable
from typing import Final, TypeVar

import streamlit as st

from app.components import notice
from app.components.experiments.models.words import OF_CANDIDATE, OF_PROMOTION, PLACE, capital
from app.experiments import promoting
from core.config.settings import settings
from core.errors import StudioError
from core.jobs import runner
from core.promotion import promote as promotion
from core.promotion.gate import Gate
from core.tracking.registry.registry import Registry
from core.tracking.registry.values import Version
from core.tracking.runs.values import Run

NAME, WHY, BACK_WHY = "r_name", "r_why", "r_back_why"
_SAID: Final = "r-overtaken"
_OVERTAKEN: Final = ("changed", "gate-stale", "already")
Made = TypeVar("Made")


def name() -> None:
    """Draw the field for who decides; what was said last in this session stands in it."""
    if NAME not in st.session_state:
        st.session_state[NAME] = promoting.who()
    st.text_input("Your name", key=NAME, max_chars=100, placeholder="for the history", on_change=_named)


def overtaken() -> None:
    """Draw that somebody else decided first; it stays until the next decision here.

    The page draws itself anew as soon as another model answers, and what a button would need may be gone
    then: a sentence beside it would never be read.
    """
    if said := st.session_state.get(_SAID):
        notice.say(said)


def measure(model: Run | Version) -> None:
    """Start a candidate's gate."""
    _done(lambda: promotion.measure(model, settings()), OF_CANDIDATE)


def stop(job: str) -> None:
    """Stop a measurement."""
    _done(lambda: runner.cancel(job, settings()))


def promote(model: Run | Version, gate: Gate, override: bool) -> None:
    """Let a candidate answer."""
    entry = _done(
        lambda: promotion.promote(model, gate, _said(NAME), _said(WHY), settings(), override), OF_PROMOTION
    )
    if entry:
        st.toast(f"v{entry.version} answers from now on.", icon=":material/check:")
        st.session_state[WHY] = ""


def challenge(model: Run | Version | None) -> None:
    """Let a candidate be tried beside what answers; None ends that."""
    place = OF_CANDIDATE if model else PLACE
    entry = _done(lambda: promotion.challenge(model, _said(NAME), _said(WHY), settings()), place)
    if entry:
        st.toast(f"v{entry.version} challenges." if entry.version else "Nothing challenges any more.")


def rollback() -> None:
    """Let what answered before answer again."""
    entry = _done(lambda: promotion.rollback(_said(NAME), _said(BACK_WHY), settings()))
    if entry:
        st.toast(f"{capital(entry.version)} answers again.", icon=":material/undo:")
        st.session_state[BACK_WHY] = ""


def restore(version: Version) -> None:
    """Fetch a damaged champion again."""
    if _done(lambda: Registry(settings()).restore(version)):
        st.toast(f"{version.ref} is whole again.", icon=":material/check:")


def _done(act: Callable[[], Made], place: str = PLACE) -> Made | None:
    """Do something, and say why where it can't be done."""
    st.session_state.pop(_SAID, None)
    try:
        return act()
    except StudioError as error:
        if error.code in _OVERTAKEN:
            st.session_state[_SAID] = error.sentence
        else:
            notice.keep(error, place)
        return None
    finally:
        promoting.forget()


def _said(key: str) -> str:
    return str(st.session_state.get(key, ""))


def _named() -> None:
    promoting.remember(_said(NAME))
