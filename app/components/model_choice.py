"""Which model answers in this tab: the one in use, or one that the address names, on trial."""

from typing import Final

import streamlit as st

from app import resources
from app.components import notice
from app.session import session
from core.errors import BundleError, StudioError
from core.inference.predictor import Predictor
from core.inference.reference import IN_USE
from core.tracking.registry.values import CHAMPION, SHIPPED

KEY: Final = "model"


def take() -> None:
    """Take up what the address names; where it names nothing, it is told what this tab uses.

    Slices that are here are answered again by the model that answers now: what stands on the screen
    is always what that model says.
    """
    now, asked = session(), st.query_params.get(KEY)
    if asked is None and now.model != IN_USE:
        st.query_params[KEY] = now.model
    elif asked is not None and asked != now.model:
        now.choose(asked)
    now.keep_to(predictor())


def predictor() -> Predictor:
    """The predictor that answers here: the model in use's where the chosen one can't be used.

    Raises:
        BundleError: Not even that can.
    """
    found = _chosen()
    return found if isinstance(found, Predictor) else resources.predictor()


def trial() -> bool:
    """Whether another model than the one in use answers."""
    found = _chosen()
    return isinstance(found, Predictor) and found.bundle.digest != _in_use()


def trouble() -> str:
    """Why the chosen model can't be used; empty where it can, or none was chosen."""
    found = _chosen()
    return found.sentence if isinstance(found, StudioError) else ""


def shipped() -> bool:
    """Whether the shipped model answers, on trial or not."""
    if isinstance(_chosen(), Predictor):
        return session().model == SHIPPED
    return resources.standing().alias == SHIPPED


def role() -> str:
    """What the model that answers is in use as, ``"champion v3"``; empty for the shipped one and on trial."""
    if trial():
        return ""
    standing = resources.standing()
    return standing.ref if standing.alias == CHAMPION else ""


def back() -> None:
    """Draw the way back to the model in use."""
    st.button("Back to the model in use", key="model-back", icon=":material/undo:", on_click=_back)


def say() -> None:
    """Say why the chosen model can't be used, if it can't."""
    said = trouble()
    if said:
        notice.say(f"{said} The model in use answers instead.")
        back()


def about() -> None:
    """Say whose facts follow where they aren't the shipped model's, and which card is below them."""
    if trial():
        st.markdown(
            "This tab has another model than the one in use on trial. These are its facts; the model card "
            "below them is the shipped model's."
        )
        back()
    elif role():
        st.markdown(
            f"The {role()} is in use. These are its facts; the model card below them is the shipped model's, "
            "and the champion's own is on Experiments, Models."
        )


def _chosen() -> Predictor | StudioError | None:
    """The model that the address names, or why it can't be used; None where it names none."""
    if session().model == IN_USE:
        return None
    try:
        return resources.predictor(session().model)
    except StudioError as error:
        return error


def _in_use() -> str:
    """The digest of the model in use; empty where there is none that can be used."""
    try:
        return resources.predictor().bundle.digest
    except BundleError:
        return ""


def _back() -> None:
    session().choose(IN_USE)
    st.query_params.pop(KEY, None)
