"""A frame of the deletion film: the model's square with a share of it blurred, or made sharp."""

from typing import Any, Final, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.explain.asked import Asked
from app.explain.explaining import framed
from core.explain.blurred import blurred
from core.explain.faithfulness.curves import order, replaced
from core.explain.values import Explanation

Way = Literal["deletion", "insertion"]
_KEPT: Final = "ex-film-reel"


def frame(asked: Asked, explanation: Explanation, way: Way, share: float) -> NDArray[np.uint8]:
    """What the model was shown at one step of a curve.

    Args:
        asked: The slice and the model.
        explanation: The map, not flat.
        way: Whether the hottest places are blurred, or all others.
        share: Of the square that is blurred or sharp, 0..1.

    Returns:
        (S, S) uint8.
    """
    square, soft, taken = _reel(asked, explanation)
    first, then = (square, soft) if way == "deletion" else (soft, square.astype(np.float32))
    return np.rint(replaced(first, then, taken, share)).astype(np.uint8)


def _reel(asked: Asked, explanation: Explanation) -> tuple[Any, Any, Any]:
    """What all frames of a film share; that of the last one is kept in the session."""
    name = (asked.case.scan.digest, asked.bundle.digest, explanation.ask)
    kept = st.session_state.get(_KEPT)
    if kept is None or kept[0] != name:
        square, _ = framed(asked.case, asked.bundle)
        kept = (name, square, blurred(square), order(explanation, len(square)))
        st.session_state[_KEPT] = kept
    return kept[1], kept[2], kept[3]
