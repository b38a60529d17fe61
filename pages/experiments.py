"""Experiments: the runs, what is different between them, and which model answers."""

import streamlit as st

from app.components import heading, notice
from app.components.experiments import views
from app.components.experiments.table import table
from core.config.settings import settings

for sheet in sorted(settings().assets.glob("experiments*.css")):
    st.html(sheet)
heading.plain("Experiments")
notice.show()
views.show(table.show())
