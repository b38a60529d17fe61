"""What starts a run: its title, how long it will take, the button, and why it can't start."""

from typing import Any, Final

import streamlit as st

from app import training_form
from app.components.training import estimate
from app.components.training.fields import named
from app.messages import sentence
from app.words import counted
from core.config.settings import settings
from core.errors import StudioError
from core.literal import literal
from core.training import runner

JOB: Final = "job"
"""What of the address names the job that is shown."""
_TOKEN: Final = "tr-form-token"
_NOTICE: Final = "tr-form-notice"


def show(name: str, found: list[str], sweep: dict[str, Any] | None) -> None:
    """Draw it.

    Args:
        name: The data set.
        found: Why it can't start, sentences.
        sweep: What is searched for, if anything.
    """
    params = None if found else training_form.recipe(training_form.values())
    with st.container(key="tr-form-start"):
        estimate.show(name, params, sweep)
        with st.container(horizontal=True, vertical_alignment="center"):
            _button(name, found, sweep)
            st.button(
                "Back to defaults", key="tr-form-reset", type="tertiary", on_click=training_form.reset,
                help="Every field as params.yaml has it",
            )  # fmt: skip
        _said(found)


def title() -> None:
    """Draw the field for what the run is to be called."""
    key = training_form.widget("title")
    if key not in st.session_state:
        st.session_state[key] = training_form.title()
    text = st.text_input(
        "Title", key=key, max_chars=training_form.TITLE_LETTERS, placeholder="made from the recipe",
        help="What the run is called in lists. Leave it empty for a name made from the recipe.",
    )  # fmt: skip
    training_form.set_title(text)


def _button(name: str, found: list[str], sweep: dict[str, Any] | None) -> None:
    # a second click on the same button finds that its name has gone
    token = int(st.session_state.get(_TOKEN, 0))
    label = "Start the search" if sweep else "Start"
    if st.button(
        label, key=f"tr-form-start-{token}", type="primary", icon=":material/play_arrow:",
        disabled=bool(found), width=180,
    ):  # fmt: skip
        st.session_state[_TOKEN] = token + 1
        _start(name, sweep)
        st.rerun()


def _start(name: str, sweep: dict[str, Any] | None) -> None:
    try:
        params = training_form.recipe(training_form.values())
        job = runner.start(name, params, settings(), title=training_form.title(), sweep=sweep)
    except StudioError as error:
        st.session_state[_NOTICE] = sentence(error)
    else:
        st.query_params[JOB] = job.id
        st.toast("Started. How far it is stands under Jobs.", icon=":material/play_arrow:")


def _said(found: list[str]) -> None:
    """Why it can't start, all of it; or what it waits for. One height, so that nothing below moves."""
    with st.container(key="tr-form-said"):
        kept = st.session_state.pop(_NOTICE, None)
        if kept:
            st.error(literal(kept), icon=":material/error:")
        if found:
            lines = "\n".join(f"- {named(one)}" for one in found)
            st.warning(f"This can't start yet:\n{lines}", icon=":material/block:")
        elif others := [job for job in runner.every(settings()) if not job.finished]:
            st.caption(f"A run started now waits for {counted(len(others), 'job')}.")
