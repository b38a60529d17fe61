"""Where a data set is to come from: a preset, an address, a path on this server, or an upload."""

from dataclasses import replace
from typing import Any, Final

import streamlit as st

from app import ingesting, messages, uploads
from app.components import notice
from app.dataset import names
from app.ingesting import Kind, Wanted
from core.config.settings import MB, settings
from core.data import presets
from core.data.presets import Drawn, Drive, Manual, Preset
from core.data.sets import MOST_LETTERS
from core.errors import StudioError

_LABELS: Final[dict[Kind, str]] = {
    "Preset": "Preset", "Address": "Address", "Path": "Path on this server", "Upload": "Upload a zip",
}  # fmt: skip
_NAMES: Final[dict[Kind, str]] = {
    "Preset": "", "Address": "a name", "Path": "like the folder or zip", "Upload": "like the zip",
}  # fmt: skip
_BY_FOLDER: Final = "As the folders are called"
_STARTED: Final = "ingest-started"
_OPEN: Final = "ingest-open"
"""Whether the form is: the page may be drawn anew under it at any time."""


def button() -> None:
    """Draw the button that opens the form over the page."""
    st.button("Ingest", key="ingest", icon=":material/add:", help="Bring in another data set", on_click=_open)
    if st.session_state.get(_OPEN):
        _dialog()


def _open() -> None:
    st.session_state[_OPEN] = True


def _close() -> None:
    st.session_state.pop(_OPEN, None)


@st.dialog("Ingest a data set", width="medium", on_dismiss=_close)
def _dialog() -> None:
    show()


def show() -> None:
    """Draw the form; what can't work is said below it, and what can starts a job."""
    kind = st.segmented_control(
        "Where from", ingesting.KINDS, default=ingesting.KINDS[0], required=True, key="ingest-kind",
        format_func=_LABELS.__getitem__, label_visibility="collapsed", persist_state="page",
    ) or ingesting.KINDS[0]  # fmt: skip
    task = _preset() if kind == "Preset" else None
    if task and isinstance(task.source, Manual):
        kind = "Path"
    base = "" if task else _base()
    with st.form(f"ingest-{kind}", border=False):
        source = task.name if task and kind == "Preset" else _source(kind)
        # a set that begins as another one has that one's classes
        rule = task.name if task else None if base else _rule()
        name = st.text_input(
            "Name", key=f"ingest-name-{kind}", max_chars=MOST_LETTERS,
            placeholder=task.name if task else _NAMES[kind],
            help="Letters, digits, - and _. It names the set in links, commands and exports.",
        )  # fmt: skip
        add = bool(names()) and st.checkbox(
            "Add to a set that is there", key=f"ingest-add-{kind}",
            help="Its slices keep their class and their place in the split.",
        )  # fmt: skip
        pressed = st.form_submit_button(
            "Ingest", type="primary", icon=":material/download:", key=f"ingest-go-{kind}"
        )
    if pressed:
        _start(Wanted(kind, "", name or (task.name if task else ""), rule, add, base), source)


def begin(wanted: Wanted) -> None:
    """Start an ingest, whose set this tab shows as soon as it is there.

    Raises:
        StudioError: It can't be started.
    """
    st.session_state[_STARTED] = ingesting.start(wanted).id


def started(job: str) -> bool:
    """Whether this tab began a job; it is told once."""
    if st.session_state.get(_STARTED) != job:
        return False
    del st.session_state[_STARTED]
    return True


def _start(wanted: Wanted, source: Any) -> None:
    kept = None
    try:
        if wanted.kind == "Upload" and source is not None:
            kept = uploads.keep(source, source.name)
        begin(replace(wanted, source=str(kept) if kept else source or ""))
    except StudioError as error:
        if kept:
            uploads.drop(kept)
        notice.say(messages.sentence(error))
    else:
        _close()
        st.rerun()


def _preset() -> Preset:
    """Which preset; what it holds is said below."""
    table = presets.table()
    chosen = st.selectbox(
        "Preset", list(table), key="ingest-preset", format_func=lambda name: table[name].title
    )
    task = table[chosen]
    st.caption(f"Classes: {', '.join(task.classes)}. {_where(task.source)}")
    return task


def _where(source: Drive | Manual | Drawn) -> str:
    if isinstance(source, Drawn):
        return "Drawn here in a minute, without a network; none is of a person."
    return source.say if isinstance(source, Manual) else "Fetched from its public place on Google Drive."


def _source(kind: Kind) -> Any:
    if kind == "Upload":
        most = min(settings().limits.batch_bytes // MB, int(st.get_option("server.maxUploadSize")))
        return st.file_uploader(
            "A .zip with a folder for each class", type="zip", key="ingest-upload", max_upload_size=most,
            help=f"Up to {most:,} MB. Put a larger one on the server's disk and give its path.",
        )  # fmt: skip
    if kind == "Address":
        return st.text_input(
            "Address of a .zip", key="ingest-address", max_chars=2000,
            placeholder="https://..., or a link or id of Google Drive",
        )  # fmt: skip
    return st.text_input(
        "Folder or .zip", key="ingest-path", max_chars=2000, placeholder="/data/scans or /data/scans.zip",
        help="As this server sees it. A folder for each class, at any depth. Nothing there is changed.",
    )  # fmt: skip


def _base() -> str:
    """The set that the new one begins as; empty for none."""
    there = names()
    if not there:
        return ""
    return st.selectbox(
        "Start from", ["", *there], key="ingest-base", format_func=lambda name: name or "Nothing",
        help="A set that the new one begins as, for a zip of corrections from Review: slices that the set "
        "has get their new class, others come in beside them and are only learnt from. The set itself stays. "
        "Without a name the new one is called like it, and -reviewed.",
    )  # fmt: skip


def _rule() -> str | None:
    """The task whose class rule is used."""
    table = presets.table()
    chosen = st.selectbox(
        "Classes", [_BY_FOLDER, *table], key="ingest-rule",
        format_func=lambda name: table[name].title if name in table else name,
        help="Which folder is of which class. It can be changed later, under Classes and sizes.",
    )  # fmt: skip
    return None if chosen == _BY_FOLDER else str(chosen)
