"""Explain: where a model looks on a slice, by several methods, and how far that can be believed."""

import streamlit as st

from app.components import heading, model_choice, stepper
from app.components.explain import controls, empty, panels, views
from app.session import session
from core.config.settings import settings

for sheet in sorted(settings().assets.glob("explain*.css")):
    st.html(sheet)
card, now = heading.show("Explain"), session()
if card and now.cases:
    at = now.index(now.cases)
    stepper.show(now.cases, at)
    asked = controls.show(now.cases[at], model_choice.predictor().bundle)
    panels.show(asked)
    views.show(asked)
    empty.coming()
elif card:
    empty.show()
