"""Which layer methods read that read one; asked of the model when such a method is first chosen."""

from typing import Any, Final

import streamlit as st

from app.explain.explaining import explaining
from app.explain.task_words import sentence, words
from core.explain.pool.pool import Task
from core.models.bundle import Bundle

KEY: Final = "e_layer"
_HELP: Final = (
    "Later layers know what they see, earlier ones know where: their maps are finer and less about the class."
)


def show(bundle: Bundle) -> tuple[str | None, bool]:
    """Draw the choice.

    Args:
        bundle: The model.

    Returns:
        The layer, None for the bundle's own; and False while the address names one that the model
        isn't known to have.
    """
    task = explaining().layers(bundle)
    if task.state == "done":
        return _chosen(bundle, {one.name: one for one in task.result}), True
    # the control itself comes when it can be checked: one that knew no layer would empty the address
    st.selectbox("Layer", [bundle.card.layer], key="ex-layer-soon", disabled=True, width=240,
                 help=words(task))  # fmt: skip
    if task.over:
        st.button("List the layers", key="ex-layers-again", icon=":material/refresh:", type="tertiary",
                  help=sentence(task), on_click=_again, args=(task,))  # fmt: skip
    return None, task.over or KEY not in st.query_params


def _chosen(bundle: Bundle, known: dict[str, Any]) -> str | None:
    own = bundle.card.layer
    names = [own, *(name for name in known if name != own)]

    def titled(name: str) -> str:
        one = known.get(name)
        return f"{name}, {one.height} x {one.width}" if one else name

    chosen = st.selectbox("Layer", names, format_func=titled, key=KEY, bind="query-params", width=240,
                          help=_HELP)  # fmt: skip
    return chosen if chosen != own else None


def _again(task: Task) -> None:
    explaining().again(task)
