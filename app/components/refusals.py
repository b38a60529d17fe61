"""Files that gave no slice: a calm list, each with its sentence."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from app.words import counted
from core.imaging.intake import Refused

SHOWN = 200


def show(refused: Sequence[Refused]) -> None:
    """Draw the list, folded; nothing where every file was read."""
    if not refused:
        return
    with st.expander(f"{counted(len(refused), 'file')} not read", icon=":material/report:", key="refused"):
        lines = "".join(f"<li>{escape(one.sentence)}</li>" for one in refused[:SHOWN])
        if len(refused) > SHOWN:
            lines += f"<li>and {len(refused) - SHOWN:,} more; all are in the CSV.</li>"
        st.html(f'<ul class="refused">{lines}</ul>')
