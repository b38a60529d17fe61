"""How much of a map's heat lies outside the body: worked out once a map, and kept in the session."""

from collections.abc import Hashable
from typing import Final

import streamlit as st

from app.explain.asked import Asked
from core.explain.localisation import astray
from core.explain.values import Explanation

KEPT: Final = 512
"""Shares that a session keeps; then it begins anew."""


def share(asked: Asked, made: Explanation, *, turned: bool = False) -> float | None:
    """The share of a map's heat outside the body.

    Args:
        asked: The slice and the model.
        made: The map as it is drawn.
        turned: Whether it was turned, to show what speaks against its target.

    Returns:
        0..1; None where it is flat.
    """
    kept: dict[Hashable, float | None] = st.session_state.setdefault("ex-astray", {})
    name = (asked.bundle.digest, asked.case.scan.digest, made.ask, turned)
    if name not in kept:
        if len(kept) >= KEPT:
            kept.clear()
        kept[name] = astray.astray(made, asked.case.scan, asked.bundle.card.preprocess)
    return kept[name]
