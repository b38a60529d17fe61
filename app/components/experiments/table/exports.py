"""What can be taken along: the table as CSV and JSON, the chosen runs as a report."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Final

import streamlit as st

from app.experiments import exporting
from app.experiments.reading import reader, recent
from app.experiments.table_data import listed
from app.experiments.view_state import View
from app.words import counted
from core.comparison import export
from core.config.settings import settings
from core.errors import StudioError
from core.tracking.runs.values import Run

_ICON: Final = ":material/download:"


def show(picked: Sequence[Run], view: View) -> None:
    """Draw the buttons, folded; a file is made when its button is pressed.

    Args:
        picked: The chosen runs.
        view: What the table shows.
    """
    with st.popover("Export", icon=_ICON, key="t-export"):
        st.caption("The table: every row that the filter leaves, in its order and with its columns.")
        _button("Table (CSV)", "runs.csv", "text/csv", _table(exporting.as_csv, view))
        _button("Table (JSON)", "runs.json", "application/json", _table(exporting.as_json, view))
        st.caption(f"The chosen runs ({len(picked)}): everything they recorded, or a page to read and print.")
        _button("Chosen runs (CSV)", "chosen-runs.csv", "text/csv", lambda: export.as_csv(picked),
                off=not picked)  # fmt: skip
        _button("Chosen runs (JSON)", "chosen-runs.json", "application/json", lambda: export.as_json(picked),
                off=not picked)  # fmt: skip
        _button("Report (HTML)", "runs-report.html", "text/html", _report(picked), off=not picked)


def _button(words: str, name: str, mime: str, made: Callable[[], str], *, off: bool = False) -> None:
    st.download_button(words, made, name, mime, key=f"t-export-{name}", icon=_ICON, on_click="ignore",
                       width="stretch", disabled=off)  # fmt: skip


def _table(written: Callable[..., str], view: View) -> Callable[[], str]:
    now = recent()  # the file is made in another thread, which has no session

    def make() -> str:
        rows = listed(view, now)
        return written(view, rows.runs, rows.known)

    return make


def _report(picked: Sequence[Run]) -> Callable[[], str]:
    here = reader()

    def make() -> str:
        try:
            return export.report(picked, here, settings())
        except StudioError as error:
            what = counted(len(picked), "run")
            return (
                f"<!doctype html><meta charset=utf-8><title>No report</title><p>The report of {what} could "
                f"not be made. {escape(error.sentence)}</p>"
            )

    return make
