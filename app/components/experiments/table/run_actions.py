"""What can be done with the chosen runs: pin, hide, change, choose none; a link, an export."""

from collections.abc import Sequence

import streamlit as st

from app.components.experiments.table import changes, exports
from app.experiments import address, chosen, marks
from app.experiments.view_state import View
from core.tracking.runs.values import Run


def show(picked: Sequence[Run], view: View) -> None:
    """Draw the buttons.

    Args:
        picked: The chosen runs.
        view: What the table shows.
    """
    with st.container(key="t-actions", horizontal=True, vertical_alignment="center", gap="small"):
        _mark("pin", ("Pin", "Unpin"), view.pinned, picked, "They stay on top of the table")
        _mark("hide", ("Hide", "Unhide"), view.hidden, picked,
              "Out of this view only; *Columns* shows them again")  # fmt: skip
        changes.menu(picked)
        st.button("Choose none", key="t-nothing", type="tertiary", disabled=not chosen.ids(),
                  on_click=chosen.keep, args=([],))  # fmt: skip
        _link()
        exports.show(picked, view)
    changes.question(picked)


def _mark(
    mark: marks.Mark, words: tuple[str, str], marked: Sequence[str], picked: Sequence[Run], help_: str
) -> None:
    have = bool(picked) and all(one.short in marked for one in picked)
    icon = {"pin": ":material/keep:", "hide": ":material/visibility_off:"}[mark]
    st.button(words[have], key=f"t-{mark}-now", icon=icon, disabled=not picked, help=help_,
              on_click=marks.take if have else marks.put, args=(mark, picked))  # fmt: skip


def _link() -> None:
    with st.popover("Link", icon=":material/link:", key="t-link"):
        st.caption("Whoever opens this address here sees the same runs in the same view.")
        st.code(address.full(), language=None, wrap_lines=True)
