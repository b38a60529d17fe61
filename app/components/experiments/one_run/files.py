"""A run's files, looked at in place: pictures, JSON, tables, text; any can be taken along."""

import csv
import io
import json
from pathlib import PurePosixPath
from typing import Final

import streamlit as st

from app.experiments.reading import reader
from core.config.settings import MB
from core.errors import InputError
from core.literal import literal, markup
from core.tracking.runs.values import Artefact, Run

KEY: Final = "o_file"
"""Names the file or folder in the address."""
SHOWN_BYTES: Final = 2 * MB
TAKEN_BYTES: Final = 64 * MB
ROWS: Final = 2_000
LETTERS: Final = 200_000
_PICTURES: Final = (".png", ".jpg", ".jpeg", ".gif", ".webp")
_TEXTS: Final = (".txt", ".log", ".md", ".yaml", ".yml", ".toml", ".ini", ".py", ".html", ".svg", ".xml")
_TABLES: Final = {".csv": ",", ".tsv": "\t"}


def show(run: Run) -> None:
    """Draw the folder's list and the chosen file beside it."""
    chosen = _asked()
    left, right = st.columns([1, 2.2], gap="large")
    with left:
        found = _list(run, chosen)
    with right:
        one = next((one for one in found if one.path == chosen and not one.folder), None)
        if one is None:
            st.caption("Choose a file to look at it here." if found else "It left no files.")
        else:
            _file(run, one)


def _asked() -> str:
    """A path inside the run; nothing of an address leads out of it."""
    path = PurePosixPath(st.query_params.get(KEY, ""))
    return "" if path.is_absolute() or ".." in path.parts or str(path) == "." else str(path)


def _list(run: Run, chosen: str) -> list[Artefact]:
    found = reader().artefacts(run.id, chosen)
    folder = chosen
    if chosen and not found:  # it is a file, or there is none
        folder = chosen.rpartition("/")[0]
        found = reader().artefacts(run.id, folder)
    with st.container(key="ex-files", height=420 if len(found) > 12 else "content"):
        if folder:
            _button(folder.rpartition("/")[0], "\u2191 up", ":material/folder_open:", False)
            st.caption(literal(folder))
        for one in found:
            size = "" if one.bytes is None else f"  {_size(one.bytes)}"
            icon = ":material/folder:" if one.folder else ":material/draft:"
            _button(one.path, literal(one.name) + size, icon, one.path == chosen)
    return found


def _button(path: str, words: str, icon: str, chosen: bool) -> None:
    st.button(words, key=f"o_f_{path}", icon=icon, type="secondary" if chosen else "tertiary",
              on_click=_choose, args=(path,))  # fmt: skip


def _choose(path: str) -> None:
    if path:
        st.query_params[KEY] = path
    else:
        st.query_params.pop(KEY, None)


def _file(run: Run, one: Artefact) -> None:
    st.markdown(f"**{literal(one.name)}**")
    if one.bytes is not None and one.bytes > TAKEN_BYTES:
        st.caption(
            f"It has {_size(one.bytes)}, too much for a browser. `python -m core runs export` takes it."
        )
        return
    st.download_button("Take along", lambda: reader().content(run.id, one.path, TAKEN_BYTES), one.name,
                       key="o_take", icon=":material/download:", on_click="ignore")  # fmt: skip
    if one.bytes is not None and one.bytes > SHOWN_BYTES:
        st.caption(f"It has {_size(one.bytes)}; up to {_size(SHOWN_BYTES)} are shown here.")
        return
    try:
        _look(one.name, reader().content(run.id, one.path, SHOWN_BYTES))
    except InputError as error:
        st.caption(literal(error.sentence))


def _look(name: str, data: bytes) -> None:
    kind = PurePosixPath(name).suffix.lower()
    if kind in _PICTURES:
        try:
            st.image(data)
        except (OSError, ValueError, SyntaxError):  # what PIL says of a file that is no picture
            st.caption("It can't be shown: it is no picture.")
    elif kind == ".json":
        _json(data)
    elif kind in _TABLES:
        _rows(data, _TABLES[kind])
    elif kind in _TEXTS or not kind:
        _text(data)
    else:
        st.caption("It is no picture, table or text.")


def _json(data: bytes) -> None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        _text(data)
        return
    st.json(found, expanded=1)


def _rows(data: bytes, between: str) -> None:
    reading = csv.reader(io.StringIO(data.decode("utf-8", "replace"), newline=""), delimiter=between)
    try:
        rows = [row for row, _ in zip(reading, range(ROWS + 2), strict=False)]
    except csv.Error:
        _text(data)
        return
    if len(rows) < 2:
        _text(data)
        return
    head, body = rows[0], rows[1 : ROWS + 1]
    names = [f"{name or 'column'} {at}" if head.index(name) != at else name for at, name in enumerate(head)]
    wide = len(names)
    st.dataframe(
        {name: [(row + [""] * wide)[at] for row in body] for at, name in enumerate(names)}, height=420
    )
    if len(rows) > ROWS + 1:
        st.caption(f"The first {ROWS:,} rows are shown.")


def _text(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    if "\x00" in text:
        st.caption("It is no text.")
        return
    st.html(f'<pre class="ex-text">{markup(text[:LETTERS])}</pre>')
    if len(text) > LETTERS:
        st.caption(f"The first {LETTERS:,} letters are shown.")


def _size(count: int) -> str:
    return (
        f"{count / MB:.1f} MB" if count >= MB else f"{count / 1024:.1f} KB" if count >= 1024 else f"{count} B"
    )
