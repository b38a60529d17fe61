"""Which slices of a set a person asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import streamlit as st

from app.components.dataset import look
from app.dataset import Shown
from core.data.catalog import Slice
from core.data.names import sequence


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for; what is empty asks for nothing.

    Attributes:
        label: A class, as it counts now.
        part: Of the split.
        plane: Of the cut.
        state: ``changed``, ``excluded`` or ``may be no CT slice``.
        text: In a path, or the name of a series or a patient block.
    """

    label: str = ""
    part: str = ""
    plane: str = ""
    state: str = ""
    text: str = ""


def matching(shown: Shown, wanted: Filter) -> list[Slice]:
    """The slices that fit, by the class they came with, each class in the order its files are numbered.

    A change moves no slice: the next one to be looked at stays where it was.
    """
    part = look.parts(shown) if wanted.part else {}
    out, text = set(shown.edits.excluded), wanted.text.strip().casefold()
    found = [
        one
        for one in ordered(shown)
        if (not wanted.label or shown.labels.get(one.path) == wanted.label)
        and (not wanted.part or part.get(one.path) == wanted.part)
        and (not wanted.plane or one.plane == wanted.plane)
        and (not wanted.state or _is(shown, one, wanted.state, out))
        and (not text or text in one.path.casefold() or text in (one.series.casefold(), one.group.casefold()))
    ]
    return sorted(found, key=lambda one: (shown.original(one) is None, shown.original(one) or ""))


def ordered(shown: Shown) -> Sequence[Slice]:
    """All slices as they were counted: by folder, name and number. Sorted once for all sessions."""
    return _ordered(str(shown.folder), shown.stamp[0], shown.slices)


@st.cache_resource(max_entries=4, show_spinner=False)
def _ordered(folder: str, stamp: int, _slices: Sequence[Slice]) -> list[Slice]:  # noqa: ARG001
    return sorted(_slices, key=lambda one: _natural(one.path))


def _natural(path: str) -> tuple[str, str, int, str]:
    pure = PurePosixPath(path)
    name, number = sequence(pure)
    return str(pure.parent), name, number, path


def _is(shown: Shown, one: Slice, state: str, out: set[str]) -> bool:
    if state == "changed":
        return one.path in shown.edits.labels
    if state == look.EXCLUDED:
        return one.path in out
    return bool(one.flaw)
