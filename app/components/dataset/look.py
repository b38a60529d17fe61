"""How slices of a set are named and marked, the same in every view of the Data page."""

from collections.abc import Mapping
from html import escape
from pathlib import PurePosixPath
from typing import Final

import streamlit as st

from app.class_colours import colours
from app.components import web
from app.dataset import Shown
from core.data.catalog import Slice
from core.inference.words import OTHER

EXCLUDED: Final = "excluded"
_LONGEST: Final = 26


def style() -> None:
    """Put the style sheet of these views on the page; needed once, harmless twice."""
    st.html(f"<style>{web.text('dataset.css')}</style>")


def label(shown: Shown, path: str) -> str:
    """A slice's class as it counts now, or that it doesn't count."""
    return shown.labels.get(path, EXCLUDED)


def shades(shown: Shown) -> dict[str, str]:
    """A colour for every class; what has none is grey."""
    return _shades(str(shown.folder), shown.stamp, shown)


@st.cache_resource(max_entries=4, show_spinner=False)
def _shades(folder: str, stamp: tuple[int, ...], _shown: Shown) -> dict[str, str]:  # noqa: ARG001
    known = {*_shown.classes, *_shown.labels.values()}
    return {**colours(sorted(known)), EXCLUDED: OTHER}


def parts(shown: Shown) -> Mapping[str, str]:
    """The part of the split, by path."""
    return _parts(str(shown.folder), shown.stamp, shown)


@st.cache_resource(max_entries=4, show_spinner=False)
def _parts(folder: str, stamp: tuple[int, ...], _shown: Shown) -> dict[str, str]:  # noqa: ARG001
    return {row.path: row.split for row in _shown.rows}


def part_name(part: str) -> str:
    """What a part of a split is called: ``fold 3``, ``test``."""
    return f"fold {part}" if part.isdecimal() else part


def short(text: str, most: int = _LONGEST) -> str:
    """A name at its front and end, where names differ; never longer than ``most``."""
    head = most // 2
    return text if len(text) <= most else f"{text[: head - 1]}\u2026{text[head - most :]}"


def changed(shown: Shown, one: Slice) -> str | None:
    """The class that a slice came with, where a person gave it another; None where nobody did."""
    return (shown.original(one) or "no class") if one.path in shown.edits.labels else None


def figure(shown: Shown, path: str, picture: str, *, shade: str, under: str = "") -> str:
    """A slice with its class, file name and a line of its own, as markup.

    Args:
        shown: The set.
        path: The slice's.
        picture: Data URI.
        shade: Of its class.
        under: One more line.
    """
    said, name = label(shown, path), PurePosixPath(path).name
    dim = ' class="out"' if said == EXCLUDED else ""
    alt = escape(f"{said}: {name}")
    return (
        f'<figure{dim} title="{escape(path)}"><img src="{picture}" alt="{alt}"><figcaption>'
        f'<span class="cls"><i style="background:{shade}"></i><b>{escape(said)}</b></span>'
        f"<span>{escape(name)}</span>{f'<span>{escape(under)}</span>' if under else ''}"
        "</figcaption></figure>"
    )
