"""The one reader of runs that all sessions share, and what it read a moment ago."""

import streamlit as st

from core.config.settings import Settings, settings
from core.tracking.runs.reader import Reader


def reader() -> Reader:
    """The reader of the runs that the settings name."""
    return _reader(settings())


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs={Settings: lambda one: str(one.var)})
def _reader(here: Settings) -> Reader:
    return Reader(here)
