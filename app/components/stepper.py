"""Which slice of how many: a slider with a button on either side."""

from collections.abc import Sequence

import streamlit as st

from app.session import session
from core.inference.batch import Case


def show(cases: Sequence[Case], index: int) -> None:
    """Draw it.

    Args:
        cases: The slices of the strip, at least one.
        index: Which is chosen.
    """
    digests = [case.scan.digest for case in cases]
    _address(str(index + 1))
    with st.container(key="stepper", horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        st.html(f'<div class="place"><b>{index + 1}</b> / {len(cases)}</div>', width="content")
        _button("previous", "k", digests, -1, disabled=index == 0)
        if len(cases) > 1:
            st.session_state["slice"] = index + 1
            st.slider(
                "Slice", 1, len(cases), key="slice", label_visibility="collapsed",
                on_change=_slid, args=(digests,),
            )  # fmt: skip
        else:
            st.space("stretch")
        _button("next", "j", digests, 1, disabled=index == len(cases) - 1)


def _address(number: str) -> None:
    """Keep the slice's number in the address, so that a link leads to it."""
    if st.query_params.get("slice") != number:
        st.query_params["slice"] = number


def _button(name: str, key: str, digests: Sequence[str], by: int, *, disabled: bool) -> None:
    icon = ":material/chevron_left:" if by < 0 else ":material/chevron_right:"
    st.button(
        name.capitalize(), key=name, icon=icon, shortcut=key, disabled=disabled, type="tertiary",
        help=f"{name.capitalize()} slice (key {key.upper()})", on_click=_step, args=(digests, by),
    )  # fmt: skip


def _step(digests: Sequence[str], by: int) -> None:
    session().step(digests, by)


def _slid(digests: Sequence[str]) -> None:
    session().chosen = digests[st.session_state["slice"] - 1]
