"""One synthetic slice with its answer, so that a newcomer sees at once what comes out."""

import streamlit as st

from app import pictures
from app.components import answer
from core.explain import overlay
from core.explain.cam import heatmap
from core.imaging.window import render
from core.inference.batch import Case


def show(case: Case) -> None:
    """Draw a sample that was answered as it was drawn."""
    label = case.prediction.top[0]
    heat = heatmap(case.prediction, label)
    uri = pictures.slice_uri(overlay.blend(render(case.scan), heat.values))
    with st.container(key="example"):
        st.html(f'<img class="example" src="{uri}" alt="A synthetic CT slice under its heatmap">')
        answer.show(case, None)
        st.caption(f"A synthetic slice, drawn as {label}, and what the model in use says of it.")
