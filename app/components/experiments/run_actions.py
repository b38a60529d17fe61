"""What can be done with the chosen runs: pin, hide, name, tag, note, archive, restore; a link; an export."""

from collections.abc import Sequence

import streamlit as st

from app.experiments import address, chosen, marks
from app.experiments.view_state import View
from core.tracking.runs.values import Run


def show(picked: Sequence[Run], view: View) -> None:
    """Draw the buttons.

    Args:
        picked: The chosen runs.
        view: What the table shows.
    """
    none = not picked
    with st.container(key="t-actions", horizontal=True, vertical_alignment="center", gap="small"):
        pinned = bool(picked) and all(one.short in view.pinned for one in picked)
        st.button("Unpin" if pinned else "Pin", key="t-pin-now", icon=":material/keep:", disabled=none,
                  on_click=marks.take if pinned else marks.put, args=("pin", picked))  # fmt: skip
        hidden = bool(picked) and all(one.short in view.hidden for one in picked)
        st.button("Unhide" if hidden else "Hide", key="t-hide-now", icon=":material/visibility_off:",
                  disabled=none, on_click=marks.take if hidden else marks.put,
                  args=("hide", picked))  # fmt: skip
        st.button("Choose none", key="t-nothing", type="tertiary", disabled=none, on_click=chosen.keep,
                  args=([],))  # fmt: skip
        with st.popover("Link", icon=":material/link:", key="t-link"):
            st.caption("Whoever opens this address sees the same view.")
            st.code(address.full(), language=None, wrap_lines=True)
