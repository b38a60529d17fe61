"""What is to be trained: data, model and how long side by side, the rest folded away."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from app import training_form
from app.components.dataset import chooser
from app.components.training import (
    augmentation_preview,
    fields,
    network,
    splitting,
    starting,
    sweep_form,
    to_data,
)
from app.messages import guarded
from core.config.fields import Parameter
from core.config.sections import Group

_BESIDE, _ACROSS = 2, 4
"""Fields beside each other in a column, and over the whole width."""


@st.fragment
def show(names: Sequence[str]) -> None:
    """Draw the form; a change in it draws only the form anew.

    Args:
        names: Every data set, at least one.
    """
    with guarded(), st.container(key="tr-form"):
        training_form.take_up()
        by_group = _by_group()
        columns = st.columns(3, gap="large")
        with columns[0]:
            _heading("Data")
            name = chooser.show(names)
            splitting.show(name)
            fields.grid(by_group["Data"], _BESIDE)
            starting.title()
        with columns[1]:
            _heading("Model")
            _model(by_group["Model"])
        with columns[2]:
            _heading("How long")
            fields.grid(by_group["How long"], _BESIDE)
            start = st.container()
        with st.expander("Augmentation", key="tr-form-augmentation"):
            _augmentation(name, by_group["Augmentation"])
        with st.expander("Advanced", key="tr-form-advanced"):
            _advanced(by_group["Advanced"])
        with st.expander("Search", key="tr-form-search"):
            search = sweep_form.show()
        with start:
            reasons = [*training_form.reasons(name, training_form.values()), *search.reasons]
            starting.show(name, reasons, search.wanted)


def empty() -> None:
    """Draw the page's upper half where there is no data set: what to do, as a button."""
    with st.container(key="tr-form-empty", width=760):
        st.subheader("Nothing to train on yet", anchor=False)
        st.markdown(
            "A model learns from a data set: slices in classes, split by patient block. Ingest one on the "
            "Data page, or let the app draw one of its own there."
        )
        to_data.button("Go to Data", "primary")


def _by_group() -> dict[Group, list[Parameter]]:
    found: dict[Group, list[Parameter]] = {}
    for one in training_form.shown():
        found.setdefault(one.group, []).append(one)
    return found


def _heading(text: str) -> None:
    st.html(f'<h2 class="tr-form-heading">{escape(text)}</h2>')


def _model(some: Sequence[Parameter]) -> None:
    own = {"model.backbone": network.backbone, "model.start": network.start}
    for one in some:
        if one.path in own:
            own[one.path](one)
    fields.grid([one for one in some if one.path not in own], _BESIDE)


def _augmentation(name: str, some: Sequence[Parameter]) -> None:
    left, right = st.columns([1, 1.5], gap="large")
    with left:
        fields.grid(some, _BESIDE)
    with right, guarded():
        augmentation_preview.show(name)


def _advanced(some: Sequence[Parameter]) -> None:
    sections = list(dict.fromkeys(one.section for one in some))
    for section in sections:
        st.html(f'<h3 class="tr-form-section">{escape(section.capitalize())}</h3>')
        fields.grid([one for one in some if one.section == section], _ACROSS)
