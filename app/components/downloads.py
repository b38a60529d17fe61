"""Results to take away; a file is made only when its button is pressed."""

from collections.abc import Callable, Sequence
from typing import Final

import streamlit as st

from app import corrections
from app.session import session
from core.imaging.intake import Refused
from core.imaging.preprocess import PreprocessSpec
from core.inference import corrections as corrections_zip
from core.inference import report_pdf, table
from core.inference.batch import Case
from core.models.bundle import Card

PAGES: Final = 200


def show(case: Case, cases: Sequence[Case], refused: Sequence[Refused], card: Card | None) -> None:
    """Draw the buttons.

    Args:
        case: The slice on the screen.
        cases: All slices of the strip, as filtered and ordered.
        refused: Files that gave none; they are lines of the CSV too.
        card: The model's, for the grey that corrections are kept in; None for the usual one.
    """
    view, kept = session().view, list(cases)
    with st.container(key="downloads", horizontal=True, gap="small"):
        _button("PDF", "kidney-ct-report.pdf", "application/pdf", "pdf",
                lambda: report_pdf.write([case], view.opacity, view.colour_map, view.window),
                "One page: slice, overlay, probabilities, model, disclaimer")  # fmt: skip
        if len(kept) > 1:
            shown = kept[:PAGES]
            which = "all" if len(shown) == len(kept) else "first"
            _button(f"PDF of {which} {len(shown)}", "kidney-ct-reports.pdf", "application/pdf", "pdfs",
                    lambda: report_pdf.write(shown, view.opacity, view.colour_map, view.window),
                    f"The slices of the strip, a page each, {PAGES} at most")  # fmt: skip
        _button("CSV", "kidney-ct-results.csv", "text/csv", "csv",
                lambda: table.write([*kept, *refused], case.prediction.labels).encode("utf-8"),
                "One line per slice of the strip, and per file that was not read")  # fmt: skip
        marked = corrections.marked()
        if marked:
            spec = card.preprocess if card else PreprocessSpec()
            _button("Corrections (.zip)", "corrections.zip", "application/zip", "corrections-zip",
                    lambda: corrections_zip.write(marked, spec),
                    f"{corrections.summary(marked)}. Pictures and classes, no names")  # fmt: skip


def _button(label: str, name: str, mime: str, key: str, make: Callable[[], bytes], words: str) -> None:
    st.download_button(
        label, make, name, mime, key=key, help=words, icon=":material/download:", on_click="ignore"
    )
