"""Registered models: which one answers, the gate to another, the way back, the history."""

from collections.abc import Sequence

import streamlit as st

from app.components import notice
from app.components.experiments import (
    models_candidate,
    models_card,
    models_progress,
    models_standing,
    models_tables,
)
from app.components.experiments.models_words import PLACE
from app.experiments import promoting
from app.literal import literal
from app.messages import guarded
from core.errors import StudioError
from core.tracking.runs.values import Run


def show(runs: Sequence[Run]) -> None:
    """Draw it.

    Args:
        runs: The chosen ones; those that made a bundle can be promoted.
    """
    notice.show(place=PLACE)
    try:
        known = promoting.registered()
    except StudioError as error:
        models_standing.show(None)
        st.error(literal(error.sentence), icon=":material/cloud_off:")
        return
    models_standing.show(known)
    with guarded():
        models_progress.show()
    with guarded():
        models_candidate.show(runs, known)
    with guarded():
        models_tables.versions(known)
        models_card.show([one for one in known.versions if one.ours])
        models_tables.history(known)
