"""Maps side by side: linked zoom, one colour scale, threshold and contours, progress of slow ones."""

from typing import Final

import streamlit as st

from app import navigation
from app.components import model_choice
from app.components.explain import answered, maps, waiting
from app.explain.asked import Asked
from app.explain.explaining import explaining
from app.session import session
from core.explain.methods import METHODS
from core.explain.pool.pool import Task

MODES: Final = ("Heat", "Contours", "Threshold")
_AGAINST: Final = "Maps have a sign: this shows what lowers the class's score, in place of what raises it."


def show(asked: Asked) -> None:
    """Draw them; slow ones come when they are ready.

    Args:
        asked: The slice, the target and one to four methods.
    """
    explaining().look_at(asked.case, asked.bundle, asked.asks)
    tasks = _tasks(asked)
    # together, so that on a narrow screen the picture can come before what changes how it is shown
    with st.container(key="ex-stage"):
        with st.container(key="ex-bar", horizontal=True, vertical_alignment="center", gap="small"):
            answered.show(asked)
            mode, turned = _view()
        with st.container(key="ex-frame"):
            step = maps.show(asked, tasks, mode, turned=turned)
    waiting.watch([*tasks.values(), *_layers(asked)], lambda: maps.progress(tasks), "maps")
    if step:
        session().step([case.scan.digest for case in session().cases], step)
        st.rerun()


def _tasks(asked: Asked) -> dict[str, Task]:
    """By method, in order; one that waits for the layers to be known waits for their list."""
    maps_of = {ask.method: explaining().map(asked.case, asked.bundle, ask) for ask in asked.asks}
    return {
        key: maps_of[key] if key in maps_of else explaining().layers(asked.bundle) for key in asked.methods
    }


def _layers(asked: Asked) -> list[Task]:
    """Their list, where the control that offers them waits for it."""
    layered = any(METHODS[key].layered for key in asked.methods)
    return [explaining().layers(asked.bundle)] if layered else []


def _view() -> tuple[str, bool]:
    with st.container(
        key="ex-view", horizontal=True, vertical_alignment="center", gap="medium", width="content"
    ):
        mode = st.segmented_control("Shown as", MODES, default=MODES[0], required=True, key="e_show",
                                    bind="query-params", label_visibility="collapsed")  # fmt: skip
        turned = st.toggle("What speaks against it", key="e_turned", bind="query-params", help=_AGAINST)
        if st.button("Back to Review", key="ex-back", icon=":material/radiology:", type="tertiary"):
            model = st.query_params.get(model_choice.KEY)
            st.switch_page(navigation.REVIEW, query_params={model_choice.KEY: model} if model else {})
    return mode or MODES[0], bool(turned)
