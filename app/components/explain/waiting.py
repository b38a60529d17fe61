"""What is still being worked out: how far it is and a stop; what failed: its sentence and another try."""

from collections.abc import Callable, Sequence
from typing import Final

import streamlit as st

from app.components import live
from app.explain.explaining import explaining
from app.explain.task_words import sentence, words
from core.explain.pool.pool import Task
from core.literal import literal

EVERY: Final = 0.5


def show(task: Task, place: str = "") -> bool:
    """Draw what stands in the place of a result.

    Args:
        task: What is waited for.
        place: Where on the page, so that two places may wait for the same task.

    Returns:
        True when the result is there; nothing is drawn then.
    """
    if task.state == "done":
        return True
    key = f"{place or task.work.kind}-{id(task)}"
    # one height for all of it: what stands below doesn't move when a line changes
    with st.container(key=f"ex-wait-{key}", horizontal=True, vertical_alignment="center", gap="small"):
        if task.over:
            _again(task, key)
        else:
            _running(task, key)
    return False


def watch(tasks: Sequence[Task], draw: Callable[[], None], key: str) -> None:
    """Draw something now, and again twice a second; the page once more whenever a task is over.

    Args:
        tasks: What is waited for; may be empty.
        draw: Draws it, each time, from what the tasks say then.
        key: The name of this place on the page.
    """
    under_way = [task for task in tasks if not task.over]

    def turn() -> None:
        draw()
        if any(task.over for task in under_way):
            st.rerun()

    live.draw(turn, EVERY if under_way else None, f"ex-watch-{key}")


def again(task: Task) -> None:
    """Start it anew, whoever asked for it."""
    explaining().again(task)


def _running(task: Task, key: str) -> None:
    st.progress(min(max(task.share, 0.0), 1.0), literal(words(task)))
    st.button("Stop", key=f"ex-stop-{key}", icon=":material/stop:", on_click=task.cancel)


def _again(task: Task, key: str) -> None:
    st.markdown(literal(sentence(task)), width="stretch")
    if st.button("Try again", key=f"ex-again-{key}", icon=":material/refresh:"):
        again(task)
        st.rerun()
