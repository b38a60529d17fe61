"""What the shipped model is, from its own card."""

from html import escape

import streamlit as st

from core.inference.words import percent
from core.models.bundle import Card


def show(card: Card, digest: str) -> None:
    """Draw it as a small table.

    Args:
        card: The bundle's card.
        digest: SHA-256 of the card, hex.
    """
    spec = card.preprocess
    facts = {
        "Name": f"{card.name}, version {card.version}, built {card.created[:10]}",
        "Digest": digest,
        "Classes": ", ".join(card.labels),
        "Backbone": card.backbone,
        "Input": f"{spec.size} x {spec.size} pixels, {'the body' if spec.crop_body else 'the whole slice'}; "
        f"DICOM windowed at {spec.window_center:.0f}/{spec.window_width:.0f} HU",
        "Calibration": f"temperature {card.temperature:.2f}, fitted on held-out patient blocks",
        "Declines": f"under {percent(card.thresholds.unsure)} top probability, "
        f"or beyond feature distance {card.thresholds.distance:.3g}",
        "Code": card.code_revision,
    }
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts.items())
    st.html(f'<dl class="facts wide">{rows}</dl>')
