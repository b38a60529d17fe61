"""Which network learns, and from which weights: choices that depend on each other and on this machine."""

import json
from pathlib import Path

import streamlit as st

from app import training_form
from app.components.training.fields import about
from app.training_form import widget
from core.config.fields import Parameter
from core.config.settings import settings
from core.errors import StudioError
from core.models import backbones
from core.models.bundle import CARD


def backbone(parameter: Parameter) -> None:
    """Draw the choice of a row of the table of backbones; its note and size are said below."""
    titles = {name: row.title for name, row in backbones.TABLE.items()}
    _choose(parameter, titles)
    row = backbones.TABLE.get(str(training_form.values()[parameter.path]))
    if row and row.note:
        st.caption(f"{row.note} {row.parameters:g} million weights.")


def start(parameter: Parameter) -> None:
    """Draw the choice of starting weights: those that the backbone has, and models trained here."""
    values = training_form.values()
    name = str(values["model.backbone"])
    ours = {one: one for one in _starts(name, (settings().shipped_bundle / CARD).is_file())}
    if ours and values[parameter.path] in backbones.WORDS and values[parameter.path] not in ours:
        # the backbone was changed, and this one has no such weights
        values[parameter.path] = st.session_state[widget(parameter.path)] = next(iter(ours))
    _choose(parameter, ours | trained(name))


def trained(backbone: str) -> dict[str, str]:
    """Models trained here that have a backbone: what each bundle's folder is called, by its path."""
    place = settings().var / "models"
    cards = sorted(place.glob(f"*/{CARD}")) if place.is_dir() else []
    ours = [path.parent for path in cards if _backbone(str(path), path.stat().st_mtime_ns) == backbone]
    return {str(path): f"model {path.name}" for path in ours}


@st.cache_data(max_entries=20, ttl=60, show_spinner=False)
def _starts(backbone: str, shipped: bool) -> tuple[str, ...]:  # noqa: ARG001
    try:
        return backbones.starts(backbone, settings())
    except StudioError:
        return ()


@st.cache_data(max_entries=500, show_spinner=False)
def _backbone(card: str, stamp: int) -> str:  # noqa: ARG001
    """What a bundle's card says; empty where it can't be read."""
    try:
        return str(json.loads(Path(card).read_text(encoding="utf-8")).get("backbone", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def _choose(parameter: Parameter, titles: dict[str, str]) -> None:
    values, key = training_form.values(), widget(parameter.path)
    if key not in st.session_state:
        st.session_state[key] = values[parameter.path]
    known = str(values[parameter.path])
    options = list(titles) if known in titles else [*titles, known]
    values[parameter.path] = st.selectbox(
        parameter.label, options, key=key, help=about(parameter),
        format_func=lambda name: titles.get(name, name),
    )  # fmt: skip
