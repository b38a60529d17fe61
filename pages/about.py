"""About: the model, its data, its limits."""

import streamlit as st

from app import documents
from app.components import accuracy, heading, model_choice, model_facts
from app.messages import show as show_error
from core.errors import BundleError

heading.plain("About")
model, data, limits, licences = st.tabs(["Model", "Data", "Limits", "Licences"])

with model:
    try:
        bundle = model_choice.predictor().bundle
        model_choice.about()
        accuracy.show(bundle.card.metrics)
        model_facts.show(bundle.card, bundle.digest)
    except BundleError as error:
        show_error(error)
    documents.show("model_card.md")

with data:
    documents.show("data_card.md", otherwise=documents.DATA)

with limits:
    st.markdown(documents.LIMITS)

with licences:
    st.markdown(documents.licences())
