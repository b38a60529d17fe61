"""The component that draws maps side by side, and the small one that tells it how far slow ones are."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import streamlit as st

from app.components import web
from app.explain import drawn
from app.explain.asked import Asked
from app.explain.explaining import explaining
from app.session import session
from core.explain.overlay import OPACITY
from core.explain.pool.pool import Task

KEY: Final = "ex-maps"
HALF: Final = 0.5
"""The threshold to begin with."""

_mount = st.components.v2.component(
    "explain_maps", html=web.text("maps.html"), css=web.text("maps.css"), js=web.text("maps.js")
)
_tell = st.components.v2.component("explain_maps_progress", html="<i></i>", js=web.text("maps_progress.js"))


def show(asked: Asked, tasks: Mapping[str, Task], mode: str, *, turned: bool) -> int:
    """Draw them.

    Args:
        asked: The slice and the target.
        tasks: What is drawn, or waited for, by method.
        mode: ``"Heat"``, ``"Contours"`` or ``"Threshold"``.
        turned: What speaks against the target, in its place.

    Returns:
        1 or -1 when an arrow key asked for the next or the previous slice, else 0.
    """
    data = drawn.common(asked, session().view, mode, turned=turned)
    result = _mount(
        key=KEY,
        data={
            **data,
            "beside": len(tasks) == 1,
            "threshold": st.session_state.get("ex-least", HALF),
            "panels": [drawn.panel(asked, key, task, turned=turned) for key, task in tasks.items()],
        },
        default={"opacity": OPACITY, "threshold": HALF},
        on_opacity_change=_faded,
        on_threshold_change=_cut,
        on_step_change=lambda: None,
        on_stop_change=partial(_stop, tasks),
        on_again_change=partial(_again, tasks),
    )
    return int(result.step or 0)


def progress(tasks: Mapping[str, Task]) -> None:
    """Tell the maps how far each is.

    Args:
        tasks: By method.
    """
    with st.container(key="ex-progress"):
        _tell(key="ex-progress-told", data={"panels": [drawn.far(key, task) for key, task in tasks.items()]})


def _faded() -> None:
    session().view.opacity = _share("opacity")


def _cut() -> None:
    st.session_state["ex-least"] = _share("threshold")


def _share(name: str) -> float:
    return min(max(float(_told(name)), 0.0), 1.0)


def _stop(tasks: Mapping[str, Task]) -> None:
    if task := tasks.get(str(_told("stop"))):
        task.cancel()


def _again(tasks: Mapping[str, Task]) -> None:
    if task := tasks.get(str(_told("again"))):
        explaining().again(task)


def _told(name: str) -> Any:
    return st.session_state[KEY][name]
