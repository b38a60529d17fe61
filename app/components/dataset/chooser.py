"""Which data set is shown. The address names it, so that a link leads to it."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

KEY: Final = "set"
_NEXT: Final = "set-next"
_LAST: Final = "set-last"


def show(names: Sequence[str]) -> str:
    """Draw the choice.

    Args:
        names: Every set, at least one.

    Returns:
        The one that is shown.
    """
    wanted = (st.session_state.pop(_NEXT, None), st.query_params.get(KEY), st.session_state.get(_LAST))
    name = next((str(one) for one in wanted if one in names), names[0])
    st.session_state[KEY] = st.session_state[_LAST] = name
    if st.query_params.get(KEY) != name:
        st.query_params[KEY] = name
    st.selectbox("Data set", names, key=KEY, on_change=_picked, label_visibility="collapsed")
    return name


def gone(names: Sequence[str]) -> str | None:
    """What to say where the address names a set that there isn't; asked before `show` mends it."""
    asked = st.query_params.get(KEY)
    if asked and asked not in names and asked != st.session_state.get(_LAST):
        return f'There is no data set "{asked[:60]}" here. Choose another, or ingest it.'
    return None


def choose(name: str) -> None:
    """Show a set from the next run on."""
    st.session_state[_NEXT] = name


def _picked() -> None:
    st.query_params[KEY] = st.session_state[KEY]
