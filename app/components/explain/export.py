"""Notes and export: the maps on the screen to take away, as a picture, as a page, as DICOM objects."""

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Final

import streamlit as st

from app.components.explain import notes, turned
from app.explain.asked import Asked
from app.explain.explaining import explaining, result_of
from app.messages import guarded
from app.session import session
from core.config.settings import settings
from core.explain.cam import explanation as closed_form
from core.explain.export import dicom, pdf, png
from core.explain.export.sheet import Sheet
from core.explain.faithfulness.checked import known
from core.explain.faithfulness.values import Trust
from core.explain.faithfulness.words import settled
from core.explain.methods import METHODS
from core.explain.values import Ask, Explanation
from core.inference.batch import Case
from core.inference.words import answer
from core.literal import literal

PAGES: Final = 100
"""Slices in one PDF, at most."""
_AGAIN: Final = (
    "Give the slice's DICOM file once more: its header names patient and study, and this app kept none of it"
)
_ALL: Final = "A page a slice, with the closed form, which comes with the answer"


def show(asked: Asked) -> None:
    """Draw the notes and the buttons; a file is made when its button is pressed.

    Args:
        asked: The slice, the target and the methods.
    """
    left, right = st.columns([6, 5], gap="large")
    with left:
        written = notes.show(asked.case.scan.digest)
    with right, st.container(key="ex-export"):
        made = _ready(asked)
        if made:
            sheet = _sheet(asked, asked.case, made, written)
            _files(asked, sheet)
            with guarded():
                _dicom(sheet)


def _ready(asked: Asked) -> tuple[Explanation, ...]:
    """The maps that are there; those that aren't are named."""
    found = {ask.method: result_of(explaining().map(asked.case, asked.bundle, ask)) for ask in asked.asks}
    missing = [METHODS[key].title for key in asked.methods if found.get(key) is None]
    if missing:
        st.caption(f"Not there yet, and left out: {literal(', '.join(missing))}.")
    if turned.on():
        st.caption(literal(
            f"Exports show what is on the screen: what speaks against {asked.target.words}. How far maps can "
            "be believed was measured for what speaks for it, and is left out."
        ))  # fmt: skip
    return tuple(one for one in found.values() if isinstance(one, Explanation))


def _sheet(asked: Asked, case: Case, made: Sequence[Explanation], written: str) -> Sheet:
    view = session().view
    said = answer(case.prediction) if case.prediction.model == asked.bundle.ref else ""
    trusts = {one.ask: trust for one in made if (trust := _trust(asked, case, one.ask)) is not None}
    return Sheet(case.scan, tuple(made), said, written, MappingProxyType(trusts), view.window,
                 view.opacity, view.colour_map, turned.on())  # fmt: skip


def _trust(asked: Asked, case: Case, ask: Ask) -> Trust | None:
    """How far a map can be believed, where that was measured."""
    found = explaining().measured(case, asked.bundle, ask)
    if not isinstance(found, Trust):
        return None
    return settled(found, known(asked.bundle, settings()).get(ask.method))


def _files(asked: Asked, sheet: Sheet) -> None:
    believed = " How far a map can be believed stands with it where it was measured."
    st.caption("The maps on the screen, with the answer, the colour scale, the model and the disclaimer."
               + ("" if sheet.turned else believed))  # fmt: skip
    name = "explanation-against" if sheet.turned else "explanation"
    with st.container(key="ex-files", horizontal=True, gap="small"):
        _button("PNG", f"{name}.png", "image/png", "png", lambda: png.write(sheet),
                "Slice and maps side by side on one picture, legible on A4")  # fmt: skip
        _button("PDF", f"{name}.pdf", "application/pdf", "pdf", lambda: pdf.write([sheet]),
                "One page: slice, maps, what each method says, notes")  # fmt: skip
        same = [case for case in session().cases if case.prediction.model == asked.bundle.ref]
        if len(same) > 1:
            shown = same[:PAGES]
            which = "all" if len(shown) == len(same) else "first"
            _button(f"PDF of {which} {len(shown)}", "explanations.pdf", "application/pdf", "pdfs",
                    lambda: pdf.write([_plain(asked, case) for case in shown]), _ALL)  # fmt: skip


def _plain(asked: Asked, case: Case) -> Sheet:
    """A slice with the map that came with its answer."""
    one = closed_form(case.prediction, asked.target)
    return _sheet(asked, case, [one], notes.of(case.scan.digest))


def _dicom(sheet: Sheet) -> None:
    """The objects, once the slice's own file is here again."""
    given: list[tuple[str, bytes]] = []
    if sheet.scan.format == "DICOM":
        again = st.file_uploader(_AGAIN, accept_multiple_files=True, key="ex-again-file")
        given = [(one.name, one.getvalue()) for one in again or ()]
        if not given:
            return
    limits = settings().limits
    for said in dicom.check(sheet, given, limits):
        st.caption(literal(said))
    _button("DICOM", "explanation-dicom.zip", "application/zip", "dicom",
            lambda: dicom.write(sheet, given, limits).zipped(),
            "A zip: a Secondary Capture, and a parametric map a method where it has a place")  # fmt: skip


def _button(label: str, name: str, mime: str, key: str, make: Callable[[], bytes], words: str) -> None:
    st.download_button(label, make, name, mime, key=f"ex-export-{key}", help=words,
                       icon=":material/download:", on_click="ignore")  # fmt: skip
