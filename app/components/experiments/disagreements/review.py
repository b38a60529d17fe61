"""From a slice that two models answer differently to Review, with that slice and one of the models."""

from pathlib import Path

import streamlit as st

from app import navigation
from app.experiments import comparing
from app.experiments.comparing import Side
from app.intake import Intake
from app.session import session
from core.config.settings import settings
from core.inference import shared

_SECONDS = 30.0


def button(side: Side, path: Path, bundle: Path) -> None:
    """Draw the way there.

    Args:
        side: The run whose model answers there.
        path: The slice's file.
        bundle: The model's folder.
    """
    ref = comparing.reference(side.run, bundle)
    why = "" if ref else "Register this run under Models first: Review knows no name for its model."
    if st.button(f"Open in Review with {side.letter}", key=f"d-review-{side.letter}", disabled=not ref,
                 icon=":material/radiology:", help=why or None):  # fmt: skip
        _load(path, bundle)
        session().choose(ref)
        st.switch_page(navigation.REVIEW, query_params={"model": ref})


def _load(path: Path, bundle: Path) -> None:
    """Put the slice beside those that Review has, answered, and on its screen."""
    here = settings()
    now = session()
    intake = Intake([(path.name, path.read_bytes())], shared.predictor(bundle, here.threads), here.limits)
    for result in intake.turn(_SECONDS):
        now.add(result)
        if hasattr(result, "scan"):
            now.chosen = result.scan.digest
