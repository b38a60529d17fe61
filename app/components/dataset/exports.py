"""What of a data set can be taken along."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import streamlit as st

from core.config.settings import settings
from core.data import leakage, manifest, sets
from core.data.validation import report

_FILES: Final = {
    manifest.FILE: ("Manifest", "text/csv", "One line a slice: class, digest, size, series, block, split"),
    report.FILE: ("Report", "application/json", "All that validation found, by file"),
    leakage.FILE: ("Leak meter", "application/json", "Twins and one nearest neighbour, by split"),
}


def show(name: str) -> None:
    """Draw the buttons, folded."""
    folder = sets.folder(name, settings())
    with st.popover("Export", icon=":material/download:", key="exports"):
        for file, (label, mime, words) in _FILES.items():
            path = folder / file
            st.download_button(
                f"{label} ({path.suffix[1:].upper()})", _reading(path), f"{name}-{file}", mime,
                key=f"export-{file}", help=words, disabled=not path.is_file(), on_click="ignore",
                icon=":material/download:", width="stretch",
            )  # fmt: skip


def _reading(path: Path) -> Callable[[], bytes]:
    """The file is read only when its button is pressed."""
    return path.read_bytes
