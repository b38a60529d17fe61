"""The entry: what stands around every page."""

import streamlit as st

from app import messages, navigation
from app.components import standing
from core.config.settings import settings

st.set_page_config(
    page_title="Kidney CT Studio",
    page_icon=str(settings().assets / "logo.svg"),
    layout="wide",
    initial_sidebar_state="auto",
)
st.html(settings().assets / "style.css")
st.logo(str(settings().assets / "logo.svg"), size="large")

page = navigation.current()
with messages.guarded():
    standing.show()
with messages.guarded():
    page.run()
messages.disclaimer()
