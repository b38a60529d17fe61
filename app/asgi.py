"""The interface and the REST API as one ASGI application, on one port."""

import streamlit as st
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route

from app import caretaker
from app.messages import on_script_error
from core.config.settings import ROOT, settings
from core.serving.api import create_api

app = st.App(
    str(ROOT / "app" / "main.py"),
    routes=[
        Route("/api", lambda request: RedirectResponse(request.url.path + "/docs"), methods=["GET"]),
        Mount("/api", create_api(settings())),
    ],
    lifespan=caretaker.lifespan,
    on_script_error=on_script_error,
)
