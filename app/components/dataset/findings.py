"""What validation found, the worst first, each with slices that show it."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

import streamlit as st

from app import dataset
from app.dataset import Shown
from app.words import counted
from core.data.validation.report import Finding, Flawed, LeftOutFile
from core.literal import markup

EXAMPLES: Final = 6
LISTED: Final = 200
_TITLES: Final = {"problem": "Problem", "warning": "Warning", "note": "Note"}


def show(shown: Shown) -> None:
    """Draw the report of a set."""
    if shown.report is None:
        st.caption("There is no report yet. Measure the set to get one.")
        return
    if shown.report.findings:
        rows = "".join(_finding(shown, one) for one in shown.report.findings)
        st.html(f'<div class="findings">{rows}</div>')
    else:
        st.markdown("Nothing speaks against this set.")
    _files("not read", shown.report.left_out, "not-read")
    _files("that may be no usable CT slice", shown.report.flawed, "flawed")


def _finding(shown: Shown, one: Finding) -> str:
    known = {slice_.path for slice_ in shown.slices}
    pictures = "".join(_picture(shown, path) for path in one.paths[:EXAMPLES] if path in known)
    return (
        f'<section class="finding {one.level}"><h3>{_TITLES[one.level]}</h3><p>{markup(one.sentence)}</p>'
        f"{f'<div class=examples>{pictures}</div>' if pictures else ''}</section>"
    )


def _picture(shown: Shown, path: str) -> str:
    name = PurePosixPath(path).name
    label = shown.labels.get(path, "excluded")
    return (
        f'<figure title="{markup(path)}"><img src="{dataset.thumbnail(shown.name, path)}" '
        f'alt="{markup(name)}"><figcaption>{markup(label)}<br>{markup(name)}</figcaption></figure>'
    )


def _files(what: str, files: Sequence[LeftOutFile | Flawed], key: str) -> None:
    """Name files, folded."""
    if not files:
        return
    with st.expander(f"{counted(len(files), 'file')} {what}", icon=":material/report:", key=key):
        lines = "".join(
            f"<li><b>{markup(one.path)}</b>: {markup(one.sentence)}</li>" for one in files[:LISTED]
        )
        if len(files) > LISTED:
            lines += f"<li>and {len(files) - LISTED:,} more; report.json has all of them.</li>"
        st.html(f'<ul class="refused">{lines}</ul>')
