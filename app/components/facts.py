"""What the answer was made from: the slice, the model, the time."""

from html import escape

import streamlit as st

from app import resources
from core.inference.batch import Case


def show(case: Case) -> None:
    """Draw it as a small table."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in _facts(case))
    st.html(f'<dl class="facts">{rows}</dl>')


def _facts(case: Case) -> list[tuple[str, str]]:
    scan, model = case.scan, case.prediction.model
    sample = resources.sample_of(scan.digest)
    kind = "Hounsfield units" if scan.unit == "HU" else "grey"
    return [
        ("File", scan.name),
        *([("Drawn as", sample.label)] if sample else []),
        ("Slice", f"{scan.width} x {scan.height}, {scan.format}, {scan.bits} bit, {kind}"),
        *([("Pixel size", f"{scan.spacing[0]:.2f} x {scan.spacing[1]:.2f} mm")] if scan.spacing else []),
        ("Model", f"{model.name}, version {model.version}"),
        ("Digest", model.digest[:12]),
        ("Time", f"{case.prediction.milliseconds.get('total', 0):.0f} ms"),
    ]
