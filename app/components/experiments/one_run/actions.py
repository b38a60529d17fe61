"""What can be done with one run: the same again with changes, its model in Review."""

import streamlit as st

from app import navigation, training_form
from app.components import notice
from app.experiments import details
from core.config.settings import settings
from core.errors import StudioError
from core.inference.reference import named
from core.literal import literal
from core.models.bundle import CARD
from core.tracking.runs.values import Run

PLACE = "one-run"


def show(run: Run) -> None:
    """Draw the buttons that make sense for it."""
    notice.show(place=PLACE)
    if not run.job or run.parent:
        return
    with st.container(key="ex-one-actions", horizontal=True, gap="small"):
        if st.button("Same as this, with changes", key="o_again", icon=":material/content_copy:",
                     help="Put this recipe into the form on Train"):  # fmt: skip
            _again(run)
        if _here(run) and st.button("Try it in Review", key="o_review", icon=":material/radiology:"):
            st.switch_page(navigation.REVIEW, query_params={"model": run.job})


def _again(run: Run) -> None:
    try:
        training_form.fill(details.recipe(run), run.dataset)
    except StudioError as error:
        notice.keep(error, PLACE)
        st.rerun()
    st.toast(f"The form has the recipe of {literal(run.name[:60])}.", icon=":material/content_copy:")
    # without parameters of its own a page is refused while widgets here have theirs in the address
    st.switch_page(navigation.TRAIN, query_params={})


def _here(run: Run) -> bool:
    """Whether the model that it made is on this machine."""
    try:
        return (named(run.job or "", settings()) / CARD).is_file()
    except StudioError:
        return False
