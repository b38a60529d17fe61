"""The table of runs: what is chosen in it is chosen for every view below."""

from collections.abc import Sequence

import streamlit as st

from app.experiments import chosen
from app.experiments.reading import reader
from core.tracking.runs.values import Query, Run


def show() -> Sequence[Run]:
    """Draw the table with all that chooses, orders and groups its runs.

    Returns:
        The chosen runs, in the order they were chosen.
    """
    runs = reader().runs(Query())
    st.dataframe({"name": [one.name for one in runs]})
    return chosen.among(runs)
