"""Registered models: which one answers, the gate to another, the way back, the history."""

from collections.abc import Sequence

import streamlit as st

from app.components import notice
from app.components.experiments.models import candidate, card, decisions, outside, progress, standing, tables
from app.components.experiments.models.words import PLACE
from app.experiments import promoting
from app.messages import guarded
from core.errors import StudioError
from core.literal import literal
from core.tracking.runs.values import Run


def show(runs: Sequence[Run]) -> None:
    """Draw it.

    Args:
        runs: The chosen ones; those that made a bundle can be promoted.
    """
    notice.show(place=PLACE)
    decisions.overtaken()
    try:
        with st.spinner("Asking the registry\u2026"):
            known = promoting.registered()
    except StudioError as error:
        standing.show(None)
        st.error(literal(error.sentence), icon=":material/cloud_off:")
        return
    outside.show()
    standing.show(known)
    with guarded():
        progress.show()
    with guarded():
        candidate.show(runs, known)
    with guarded():
        tables.versions(known)
        card.show([one for one in known.versions if one.ours])
        tables.history(known)
