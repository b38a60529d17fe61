"""Sentences that more than one page says, and how an error reaches a person."""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import StudioError
from core.inference.words import DISCLAIMER

_log = logging.getLogger(__name__)


def disclaimer() -> None:
    """One quiet line; every page ends with it."""
    with st.container(key="disclaimer"):
        st.caption(DISCLAIMER)


def sentence(error: Exception) -> str:
    """What to tell a person: an error of ours in its own words, any other with an id.

    The traceback of an unexpected error goes to the log under that id, and nowhere else.
    """
    if isinstance(error, StudioError):
        return error.sentence
    number = uuid.uuid4().hex[:8]
    _log.error("error %s", number, exc_info=error)
    return (
        f"Something unexpected went wrong here (error {number}). Slices that were read are kept: "
        "try again or reload the page, and give this number to whoever runs the app if it happens twice."
    )


def show(error: Exception) -> None:
    """Say it where we stand on the page."""
    st.error(sentence(error), icon=":material/error:")


def on_script_error(error: Exception) -> bool:
    """For `streamlit.App`: what no page caught, callbacks included, is said the same way.

    Returns:
        True: Streamlit shows nothing of its own.
    """
    show(error)
    return True


@contextmanager
def guarded() -> Iterator[None]:
    """What fails inside is shown in place; what stands around it goes on."""
    try:
        yield
    except Exception as error:
        show(error)
