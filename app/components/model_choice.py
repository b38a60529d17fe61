"""Which model answers in this tab: the shipped one, or one that the address names, on trial."""

from typing import Final

import streamlit as st

from app import resources
from app.components import notice
from app.session import session
from core.errors import BundleError, InputError
from core.inference.predictor import Predictor
from core.inference.reference import SHIPPED

KEY: Final = "model"


def take() -> None:
    """Take up what the address names; where it names nothing, it is told what this tab uses.

    Slices that are here are answered again by the model that is now in use: what stands on the
    screen is always what that model says.
    """
    now, asked = session(), st.query_params.get(KEY)
    if asked is None and now.model != SHIPPED:
        st.query_params[KEY] = now.model
    elif asked is not None and asked != now.model:
        now.choose(asked)
    if now.again and now.intake is None:
        now.answer_again(predictor())


def predictor() -> Predictor:
    """The predictor of the model in use: the shipped one's where the chosen one can't be used.

    Raises:
        BundleError: Not even that can.
    """
    try:
        return resources.predictor(session().model)
    except (BundleError, InputError):
        return resources.predictor()


def trial() -> bool:
    """Whether another model than the shipped one answers."""
    return session().model != SHIPPED and not trouble()


def trouble() -> str:
    """Why the chosen model can't be used; empty where it can, or the shipped one is chosen."""
    if session().model == SHIPPED:
        return ""
    try:
        resources.predictor(session().model)
    except (BundleError, InputError) as error:
        return error.sentence
    return ""


def back() -> None:
    """Draw the way back to the shipped model."""
    st.button("Back to the shipped model", key="model-back", icon=":material/undo:", on_click=_back)


def say() -> None:
    """Say why the chosen model can't be used, if it can't."""
    said = trouble()
    if said:
        notice.say(f"{said} The shipped model answers instead.")
        back()


def about() -> None:
    """Say whose facts follow where they aren't the shipped model's, and which card is below them."""
    if trial():
        st.markdown(
            "This tab has another model than the shipped one on trial. These are its facts; the model card "
            "below them is the shipped model's."
        )
        back()


def _back() -> None:
    session().choose(SHIPPED)
    st.query_params.pop(KEY, None)
