"""Letting a measured candidate answer: at once where its gate is met, with a reason where it isn't."""

from typing import Final

import streamlit as st

from app.components import notice
from app.components.experiments.models import decisions
from app.components.experiments.models.words import OF_PROMOTION
from app.experiments.promoting import Candidate
from core.promotion.gate import Gate
from core.promotion.promote import REASON

MEASURE: Final = (
    "Holds it against what answers now, on the same slices of patients that they never saw; takes 10 to 60 s"
)


def show(one: Candidate, gate: Gate) -> None:
    """Draw it.

    Args:
        one: The candidate.
        gate: What was measured of it, against what answers now.
    """
    broken = any(check.name == "loads" and not check.met for check in gate.checks)
    with st.container(key="r-promotion"):
        override = not gate.met and not broken and st.checkbox(
            "Promote it although not every line is met", key="r_override",
            help="The reason and the lines that aren't met stand in the history for good",
        )  # fmt: skip
        if gate.met or override:
            hint = (
                f"at least {REASON} characters, for the history"
                if override
                else "for the history; may be empty"
            )
            st.text_input("Why", key=decisions.WHY, max_chars=1000, placeholder=hint)
        notice.show(place=OF_PROMOTION)
        st.button("Promote", key="r_promote", icon=":material/verified:", type="primary",
                  disabled=not (gate.met or override),
                  help="It answers within seconds, here and in the API" if gate.met else None,
                  on_click=decisions.promote, args=(one.model, gate, bool(override)))  # fmt: skip
