"""The address that shows a colleague the same view."""

from urllib.parse import urlencode

import streamlit as st


def full() -> str:
    """The page's address with all that is set."""
    here = (st.context.url or "").partition("?")[0]
    told = [(name, value) for name in st.query_params for value in st.query_params.get_all(name)]
    return f"{here}?{urlencode(told, safe=',')}" if told else here
